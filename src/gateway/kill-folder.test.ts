/** Kill files: applied once, in place before the gate serves, and whatever cannot be read stops the whole firm. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { KILL } from '../model/records/commands.ts'
import { decode } from '../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../model/records/tape.ts'
import { HandTimer } from '../simulator/made-up-world.ts'
import { RestGate } from '../simulator/rest-gate.ts'
import { tellSmallFirm } from '../simulator/small-firm.ts'
import { killFileText, readKillFile, writeKillFile } from './kill-file.ts'
import { KillFolder } from './kill-folder.ts'

const KILL_DESK = { body: '{"desk":"CASH-EQ","state":"BLOCKED","reason":"runaway"}', by: 'ops@host' }
const WHEN = new Date('2026-11-21T14:30:00.123Z')

test('a kill file is read back as it was written, and not with a byte changed, added or missing', () => {
  const text = killFileText(KILL_DESK, WHEN.toISOString())
  assert.deepEqual(readKillFile(text), KILL_DESK)
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'x' ? 'y' : 'x'
    assert.equal(readKillFile(text.slice(0, at) + other + text.slice(at + 1)), undefined, `byte ${at} changed`)
    assert.equal(readKillFile(text.slice(0, at)), undefined, `cut at ${at}`)
  }
  for (const more of ['\n', ' ', 'x']) assert.equal(readKillFile(text + more), undefined)
})

async function withGate(play: (gate: RestGate, folder: string, timer: HandTimer) => Promise<void>): Promise<void> {
  const gate = await RestGate.start()
  const folder = mkdtempSync(join(tmpdir(), 'kills-'))
  try {
    await tellSmallFirm(gate)
    await play(gate, folder, new HandTimer())
  } finally {
    await gate.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A folder whose files are applied, and what its log said: `next` waits for one more line. */
function opened(gate: RestGate, folder: string, timer: HandTimer) {
  const lines: string[] = []
  let wake = () => {}
  const log = (_fields: object, message: string) => {
    lines.push(message)
    wake()
  }
  const { directory } = gate.engine
  const submit = gate.sequencer.submit.bind(gate.sequencer)
  const kills = new KillFolder({ folder, timer, gate: { submit, directory }, logger: { warn: log, error: log } })
  const next = () =>
    new Promise<void>((settle) => {
      wake = settle
    })
  return { kills, lines, next }
}

const latches = (gate: RestGate) => [...gate.engine.view.latches()].map(({ state, keys }) => [state, Object.keys(keys)])

/** Kill commands of the journal, newest last. */
function kills(gate: RestGate) {
  return gate.journal.blocks.flatMap(({ bytes }) => {
    const tape = Tape.ofBytes(bytes.length + 8)
    tape.u8.set(bytes)
    tape.end = bytes.length
    const found = []
    for (let at = 0; at < bytes.length; at += lengthAt(tape, at)) {
      if (typeAt(tape, at) === KILL.type) found.push(decode(tape, at, KILL))
    }
    return found
  })
}

describe('kill files', () => {
  test('one that is there at the start is in force before anything else, with who wrote it in the journal', () =>
    withGate(async (gate, folder, timer) => {
      const path = writeKillFile(folder, KILL_DESK, WHEN)
      const { kills: files } = opened(gate, folder, timer)
      await files.open()
      assert.deepEqual(latches(gate), [[2, ['desk']]])
      const [given] = kills(gate)
      assert.deepEqual([given?.principal, given?.session], [-1, -1])
      assert.match(given?.reason ?? '', /^kill file 20261121T143000-123Z-[0-9a-f]{8}\.kill by ops@host: runaway$/)
      assert.ok(gate.sequencer.durableSeq >= (given?.seq ?? Number.NaN), 'durable before it is moved aside')
      assert.deepEqual(readdirSync(folder), [path.slice(folder.length + 1).replace('.kill', '.applied')])
      files.close()
    }))

  test('one that comes later is applied by the tick', () =>
    withGate(async (gate, folder, timer) => {
      const { kills: files } = opened(gate, folder, timer)
      await files.open()
      files.close()
      writeKillFile(folder, KILL_DESK, WHEN)
      const { kills: ticked, next } = opened(gate, folder, timer)
      await ticked.open()
      assert.deepEqual(latches(gate), [[2, ['desk']]])
      const applied = next()
      writeKillFile(folder, { ...KILL_DESK, body: '{"firm":true,"reason":"all"}' }, WHEN)
      timer.fire()
      await applied
      assert.deepEqual(latches(gate).at(-1), [3, []])
      ticked.close()
    }))

  test('one that comes later is applied when the system tells of it', () =>
    withGate(async (gate, folder, timer) => {
      const { kills: files, next } = opened(gate, folder, timer)
      await files.open()
      const applied = next()
      writeKillFile(folder, KILL_DESK, WHEN)
      await applied
      assert.deepEqual(latches(gate), [[2, ['desk']]])
      files.close()
    }))

  test('it is applied once, however often it is looked for', () =>
    withGate(async (gate, folder, timer) => {
      const { kills: files } = opened(gate, folder, timer)
      await files.open()
      writeKillFile(folder, KILL_DESK, WHEN)
      await Promise.all([files.look(), files.look(), files.look()])
      await files.look()
      assert.equal(kills(gate).length, 1)
      files.close()
    }))

  const unreadable: readonly (readonly [title: string, text: string])[] = [
    ['empty', ''],
    ['torn', killFileText(KILL_DESK, '').slice(0, 60)],
    ['changed by hand', killFileText(KILL_DESK, '').replace('CASH-EQ', 'CASH-EX')],
    ['of an unknown desk', killFileText({ ...KILL_DESK, body: '{"desk":"NONE","reason":"x"}' }, '')],
    ['without a scope', killFileText({ ...KILL_DESK, body: '{"reason":"x"}' }, '')],
    ['with a field that nobody knows', killFileText({ ...KILL_DESK, body: '{"desks":"CASH-EQ","reason":"x"}' }, '')],
    ['no JSON', killFileText({ ...KILL_DESK, body: 'desk=CASH-EQ' }, '')],
  ]
  for (const [title, text] of unreadable) {
    test(`one that is ${title} stops the whole firm, once`, () =>
      withGate(async (gate, folder, timer) => {
        writeFileSync(join(folder, 'a.kill'), text)
        const { kills: files, lines } = opened(gate, folder, timer)
        await files.open()
        await files.look()
        assert.deepEqual(latches(gate), [[3, []]])
        assert.equal(kills(gate)[0]?.reason, 'kill file a.kill cannot be read')
        assert.deepEqual(readdirSync(folder), ['a.unreadable'])
        assert.equal(readFileSync(join(folder, 'a.unreadable'), 'utf8'), text, 'it is kept as evidence')
        assert.deepEqual(lines, ['a kill file cannot be read: the whole firm is KILLED'])
        files.close()
      }))
  }

  const strange: readonly (readonly [title: string, make: (path: string) => void])[] = [
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link to a kill file', (path) => symlinkSync(writeKillFile(mkdtempSync(`${path}-`), KILL_DESK, WHEN), path)],
    ['a folder', (path) => mkdirSync(path)],
    ['longer than any', (path) => writeFileSync(path, killFileText({ ...KILL_DESK, by: 'x'.repeat(65_536) }, ''))],
  ]
  for (const [title, make] of strange) {
    test(
      `one that is ${title} stops the whole firm, and holds nothing up`,
      { skip: process.platform === 'win32' },
      () =>
        withGate(async (gate, folder, timer) => {
          make(join(folder, 'a.kill'))
          const { kills: files } = opened(gate, folder, timer)
          await files.open()
          assert.deepEqual(latches(gate), [[3, []]])
          assert.ok(readdirSync(folder).includes('a.unreadable'))
          files.close()
        }),
    )
  }

  test('a folder that cannot be read stops the whole firm, once', () =>
    withGate(async (gate, folder, timer) => {
      const { kills: files } = opened(gate, folder, timer)
      await files.open()
      rmSync(folder, { recursive: true })
      await files.look()
      assert.deepEqual(latches(gate), [], 'what is not there holds no kill')
      writeFileSync(folder, 'a file')
      await files.look()
      await files.look()
      assert.deepEqual(latches(gate), [[3, []]])
      files.close()
    }))

  test('a half written one, without its name, is none yet', () =>
    withGate(async (gate, folder, timer) => {
      writeFileSync(join(folder, 'a'), killFileText(KILL_DESK, '').slice(0, 20))
      const { kills: files } = opened(gate, folder, timer)
      await files.open()
      assert.deepEqual(latches(gate), [])
      files.close()
    }))

  test('a journal that fails keeps the file, and the gate does not start over it', () =>
    withGate(async (gate, folder, timer) => {
      writeKillFile(folder, KILL_DESK, WHEN)
      const { kills: files } = opened(gate, folder, timer)
      gate.journal.failNext(new Error('EIO'))
      await assert.rejects(files.open(), /could not be applied: OUTCOME_UNKNOWN/)
      assert.match(readdirSync(folder)[0] ?? '', /\.kill$/)
    }))
})
