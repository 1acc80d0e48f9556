/** `portcullis kill` as a process: by the control listener of a gate that runs, and by a file where there is none. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AUDIENCE } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { beginDemo, officerKeyFile } from './demo-genesis.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const PROGRAM = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kill-'))
const logger = { info: () => {}, warn: () => {}, error: () => {} }

const open = (): Promise<OpenGate> =>
  openGate({
    ...({ directory: folder, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const),
    onFatal: (cause) => assert.fail(String(cause)),
  })

/** Exit code and what the command said. */
function kill(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((settle) => {
    execFile(process.execPath, [PROGRAM, 'kill', '--data', folder, ...words], (error, out, err) => {
      settle({ code: Number(error?.code ?? 0), out, err })
    })
  })
}

async function latchesOf(gate: OpenGate): Promise<readonly { state: string; scope: object }[]> {
  const token = await signPersonToken(readPersonKey(officerKeyFile(folder, 'officer-2')), { audience: AUDIENCE })
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${gate.controlUrl}/latches`, { headers })
  const { latches } = (await answer.json()) as { latches: { state: string; scope: object }[] }
  return latches.map(({ state, scope }) => ({ state, scope }))
}

describe('portcullis kill', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))
  const yours = ['--key', officerKeyFile(folder, 'officer-1'), '--reason', 'test']

  test('asks the control listener, and without one leaves a file that the next start applies before it serves', async () => {
    const gate = await open()
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260101 })
    const asked = await kill('--firm', '--state', 'BLOCKED', ...yours)
    assert.deepEqual([asked.code, asked.err], [0, ''])
    assert.match(asked.out, /^latch 1 is set and durable\nBLOCKED: 0 orders open, 0 of them/)
    const refused = await kill('--scope', 'desk=NONE', ...yours)
    assert.equal(refused.code, 70)
    assert.match(refused.err, /refused: No DESK has the name NONE$/m)
    const beside = await kill('--firm', '--state', 'REDUCE_ONLY', '--file', ...yours)
    assert.match(beside.out, /^written, and a gate has applied it: .*\.applied/)
    await gate.close()

    const filed = await kill('--scope', 'session=your-ems', '--scope', 'side=Sell', ...yours)
    assert.equal(filed.code, 0)
    assert.match(filed.err, /does not answer .*; the kill goes into a file/)
    assert.match(filed.out, /^written and synced: .* No gate runs here now/)
    const again = await open()
    const wanted = [
      { state: 'BLOCKED', scope: {} },
      { state: 'REDUCE_ONLY', scope: {} },
      { state: 'KILLED', scope: { session: 'your-ems', side: 'Sell' } },
    ]
    assert.deepEqual(await latchesOf(again), wanted)
    assert.match(readdirSync(join(folder, 'kills'))[0] ?? '', /\.applied$/)
    await again.close()
  })

  test('says that nothing is stopped where there is no gate', async () => {
    const elsewhere = join(folder, 'nowhere')
    const { code, err } = await kill('--firm', '--data', elsewhere, ...yours)
    assert.equal(code, 70)
    assert.match(err, /NOT STOPPED: .* is no gate's data folder/)
    assert.ok(!existsSync(elsewhere))
  })

  const wrong: readonly (readonly [words: string[], says: RegExp])[] = [
    [['--reason', 'x'], /name a --scope, or say --firm/],
    [['--firm', '--scope', 'desk=A', '--reason', 'x'], /--firm stands alone/],
    [['--scope', 'desks=A', '--reason', 'x'], /scopes are entity, client, desk/],
    [['--scope', 'desk', '--reason', 'x'], /the name is missing/],
    [['--scope', 'desk=A', '--scope', 'desk=B', '--reason', 'x'], /named twice/],
    [['--scope', 'side=sell', '--reason', 'x'], /Buy or Sell/],
    [['--firm', '--state', 'ACTIVE', '--reason', 'x'], /--state: one of REDUCE_ONLY, BLOCKED, KILLED/],
    [['--firm', '--reason', ''], /--reason: say why/],
    [['--firm'], /--reason/],
  ]
  for (const [words, says] of wrong) {
    test(`stops nothing and writes nothing: ${words.join(' ')}`, async () => {
      const before = existsSync(join(folder, 'kills')) ? readdirSync(join(folder, 'kills')).length : 0
      const { code, err } = await kill(...words)
      assert.equal(code, 64)
      assert.match(err, says)
      assert.equal(existsSync(join(folder, 'kills')) ? readdirSync(join(folder, 'kills')).length : 0, before)
    })
  }
})
