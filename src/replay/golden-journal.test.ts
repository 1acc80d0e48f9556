/**
 * The golden journal: bytes that an earlier build wrote. The same commands must give the same bytes, and this build must
 * read and re-decide them. A change of these bytes needs a new engineVersion and a line under Safety in the CHANGELOG.
 * UPDATE_GOLDEN=1 writes it anew.
 */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createEngine } from '../engine/engine.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { encodeCommand } from '../simulator/commands/command.ts'
import { play, throwsOf } from '../simulator/commands/sequence.ts'
import { openSmallJournal, SMALL_FACTS } from '../simulator/small-journal.ts'
import { recover } from './recover.ts'
import { verify } from './verify.ts'

const GOLDEN = join('testdata', `journal-engine-${ENGINE_VERSION}`)
const SEED = 20261121
const STEPS = 160
const BLOCK = 20
const SEGMENT_BYTES = 1 << 20
const NONCE = '90'.repeat(16)

const made = mkdtempSync(join(tmpdir(), 'portcullis-golden-'))
after(() => rmSync(made, { recursive: true, force: true }))

const makeEngine = () =>
  createEngine({ sizes: SMALL_FACTS.sizes, hashSeed: SMALL_FACTS.hashSeed, rules: US_EQUITY_PACK })

/** Plays the fixed sequence into a journal; returns the state's hash. */
async function write(directory: string): Promise<string> {
  const engine = makeEngine()
  const small = await openSmallJournal(directory, { engine, segmentBytes: SEGMENT_BYTES, nonce: () => NONCE })
  const { commands } = play(throwsOf(SEED, STEPS), US_EQUITY_PACK)
  for (let at = 0; at < commands.length; at += BLOCK) {
    await small.block(commands.slice(at, at + BLOCK).map((command) => (tape) => encodeCommand(tape, command)))
  }
  await small.close()
  return engine.stateHash()
}

const segmentsOf = (directory: string) => readdirSync(directory).filter((name) => /^\d{8}\.pjl$/.test(name))

test('the same commands give the bytes of the golden journal', async () => {
  await write(made)
  if (process.env.UPDATE_GOLDEN === '1') {
    rmSync(GOLDEN, { recursive: true, force: true })
    mkdirSync(GOLDEN, { recursive: true })
    for (const name of segmentsOf(made)) copyFileSync(join(made, name), join(GOLDEN, name))
  }
  assert.ok(existsSync(GOLDEN), `${GOLDEN} is missing: write it with UPDATE_GOLDEN=1`)
  assert.deepEqual(segmentsOf(made), segmentsOf(GOLDEN))
  for (const name of segmentsOf(GOLDEN)) {
    assert.ok(
      readFileSync(join(made, name)).equals(readFileSync(join(GOLDEN, name))),
      `${name} differs: if decisions changed, raise ENGINE_VERSION; if only by accident, find it`,
    )
  }
})

test('this build re-decides the golden journal to the same bytes', () => {
  const report = verify(GOLDEN, makeEngine)
  assert.equal(report.outcome, 'same')
  assert.equal(report.decided, report.entries)
})

for (let version = 1; version < ENGINE_VERSION; version++) {
  test(`the golden journal of engine ${version} is recovered by its events, and its chain is verified`, () => {
    const directory = join('testdata', `journal-engine-${version}`)
    const reader = new JournalReader(directory)
    const engine = makeEngine()
    recover(engine, reader)
    assert.ok(reader.end.lastSeq >= STEPS)
    assert.ok([...engine.view.limits()].length > 20)
    const report = verify(directory, makeEngine)
    assert.deepEqual([report.outcome, report.decided], ['chain only', 0])
  })
}

test('an engine that applies the golden journal is in the state of the one that wrote it', async () => {
  const again = mkdtempSync(join(tmpdir(), 'portcullis-golden-'))
  try {
    const live = await write(again)
    const engine = makeEngine()
    recover(engine, new JournalReader(GOLDEN))
    assert.equal(engine.stateHash(), live)
  } finally {
    rmSync(again, { recursive: true, force: true })
  }
})
