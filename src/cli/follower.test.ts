/**
 * The follower as a process: beside a gate that trades, killed at any moment, and with a gate that comes back from what it
 * has saved.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../engine/engine.ts'
import { JournalReader, segmentFiles } from '../journal/journal-reader.ts'
import type { SegmentFacts } from '../journal/segment-header.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { Recovery } from '../replay/recover.ts'
import { loadNewest, snapshotFolder, snapshotsOf } from '../replay/snapshots.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { codeHash } from './code-hash.ts'
import { PATIENCE_MS, Product } from './start-product.ts'

const LINUX = { skip: process.platform !== 'linux', timeout: 2 * PATIENCE_MS } as const
const FOLLOWER = fileURLToPath(new URL('./follower.js', import.meta.url))
const CLI = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const SAVED = /follower: saved behind command \d+: .* state [0-9a-f]{16}, block/

const folder = mkdtempSync(join(tmpdir(), 'follower-'))
const journal = join(folder, 'journal')
after(() => rmSync(folder, { recursive: true, force: true }))

const engineOf = ({ sizes, hashSeed }: Pick<SegmentFacts, 'sizes' | 'hashSeed'>) =>
  createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK })

/** State hashes of the journal, decided by nobody and loaded from nowhere, behind these commands and at its end. */
function hashesOf(seqs: readonly number[]): { readonly at: ReadonlyMap<number, string>; readonly end: string } {
  const reader = new JournalReader(journal)
  const engine = engineOf(reader.lastHeader() as SegmentFacts)
  const recovery = new Recovery(engine)
  const at = new Map<number, string>()
  for (const block of reader.blocks()) {
    recovery.apply(block)
    if (seqs.includes(block.lastSeq)) at.set(block.lastSeq, engine.stateHash())
  }
  recovery.finish(reader.end)
  return { at, end: engine.stateHash() }
}

/** Loads the newest snapshot and goes on from it to the journal's end. */
function fromSnapshot(): { readonly seq: number; readonly hash: string; readonly end: string } {
  const reader = new JournalReader(journal)
  const { sizes, hashSeed } = reader.lastHeader() as SegmentFacts
  const facts = { engineVersion: ENGINE_VERSION, codeHash: codeHash(), sizes, hashSeed }
  const loaded = loadNewest(
    journal,
    facts,
    () => engineOf(facts),
    (line) => assert.fail(line),
  )
  assert.ok(loaded !== undefined, 'there is a snapshot')
  const { engine, position } = loaded
  const hash = engine.stateHash()
  const recovery = new Recovery(engine, position.seq)
  for (const block of reader.blocks()) recovery.apply(block)
  recovery.finish(reader.end)
  return { seq: position.seq, hash, end: engine.stateHash() }
}

test(
  'beside a gate that trades it saves, is started again, and a start from what it saved is the journal',
  LINUX,
  async (t) => {
    const product = new Product(folder, '--snapshot-minutes', '0.02')
    t.after(() => product.process.kill('SIGKILL'))
    await product.says(SAVED, 2)
    assert.ok(!/came back/.test(product.said), 'it has just begun')
    process.kill(product.follower, 'SIGKILL')
    await product.says(/follower ended with SIGKILL; it starts again in \d+ ms/)
    await product.says(SAVED, 3)
    assert.match(product.said, /saved behind .*, in \d+ ms, \d+ commands behind the gate/)
    process.kill(product.gate, 'SIGKILL')
    await product.says(/the gate came back from \S+\.state and \d+ commands behind it/)
    await product.says(SAVED, 4)
    const second = spawn(process.execPath, [CLI, 'snapshot', journal], { stdio: ['ignore', 'ignore', 'pipe'] })
    const refused = linesOf(second)
    assert.deepEqual(await once(second, 'close'), [70, null])
    assert.match(refused.join(), new RegExp(`another program makes snapshots of .*: process ${product.follower}`))
    const ended = once(product.process, 'close')
    product.process.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
    assert.ok(!/is killed/.test(product.said), product.said)

    const { seq, hash, end } = fromSnapshot()
    const lived = hashesOf([seq])
    assert.deepEqual([hash, end], [lived.at.get(seq), lived.end])
    assert.equal(snapshotsOf(journal).length, 2, 'older ones are gone')
    // Two runs of the gate, and no segment of them was removed.
    assert.ok(segmentFiles(journal).length >= 2)

    const again = new Product(folder, '--gate-only', '--snapshot-minutes', '0')
    t.after(() => again.process.kill('SIGKILL'))
    await again.says(/the gate came back from \S+\.state and \d+ commands behind it/)
    assert.ok(!/follower:/.test(again.said))
    const endedAgain = once(again.process, 'close')
    again.process.kill('SIGTERM')
    await endedAgain
  },
)

test(
  'killed in the middle of a write it leaves no bad snapshot, and the next one takes the rest away',
  LINUX,
  async () => {
    let unfinished = 0
    for (let round = 0; round < 5 || (unfinished === 0 && round < 30); round++) {
      rmSync(snapshotFolder(journal), { recursive: true })
      // Saves behind every block.
      const child = follow('1')
      const said = linesOf(child)
      while (said.filter((line) => SAVED.test(line)).length <= round) await once(child, 'line')
      await writeBegins(snapshotFolder(journal))
      child.kill('SIGKILL')
      await once(child, 'close')
      const left = readdirSync(snapshotFolder(journal))
      if (left.some((name) => name.endsWith('.fresh'))) unfinished++
      const { seq, hash } = fromSnapshot()
      assert.equal(hash, hashesOf([seq]).at.get(seq))
    }
    assert.ok(unfinished > 0, 'no kill met a write')
    writeFileSync(join(snapshotFolder(journal), '0000000000000009.state.1.fresh'), 'half')
    const child = follow('100000000')
    const said = linesOf(child)
    await once(child, 'line')
    child.kill('SIGTERM')
    assert.deepEqual([await once(child, 'close'), said], [[0, null], [`follower: follows ${journal}`]])
    assert.deepEqual(
      readdirSync(snapshotFolder(journal)).filter((name) => name.endsWith('.fresh')),
      [],
    )
  },
)

test('a firm has it as a service of its own', LINUX, async () => {
  const config = join(folder, 'gate.yaml')
  writeFileSync(
    config,
    `
firm: { id: ACME, baseCurrency: USD }
officers: [officer-a, officer-b]
data: ${folder}
listen: { port: 0 }
issuer: { url: 'http://127.0.0.1:1' }
snapshots: { commands: 1, keep: 1 }
`,
  )
  rmSync(snapshotFolder(journal), { recursive: true })
  const child = spawn(process.execPath, [CLI, 'follow', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = linesOf(child)
  while (said.length < 4) await once(child, 'line')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'close'), [0, null])
  assert.equal(said[0], `portcullis: follows ${journal}`)
  for (const line of said.slice(1)) assert.match(line, /^portcullis: saved behind command \d+: .*behind the gate$/)
  assert.equal(snapshotsOf(journal).length, 1)
  const { seq, hash } = fromSnapshot()
  assert.equal(hash, hashesOf([seq]).at.get(seq))
})

/** Resolves when a file that is being written appears in the folder. */
async function writeBegins(directory: string): Promise<void> {
  for await (const { filename } of watch(directory)) if (filename?.endsWith('.fresh') === true) return
}

/** The program as the supervisor starts it. */
function follow(commands: string): ChildProcess {
  const args = [FOLLOWER, '--journal', journal, '--minutes', '100', '--commands', commands, '--keep', '2']
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What it says, line by line; each is an event `line` of the process too. */
function linesOf(child: ChildProcess): string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      child.emit('line')
    })
  }
  return lines
}
