/** Journals that engines of several versions have written: what recovery, verification and an older build make of them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createEngine, type Engine } from '../engine/engine.ts'
import { headerOf, JournalReader, JournalTooNew } from '../journal/journal-reader.ts'
import { segmentName } from '../journal/segment-header.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { encodeCommand } from '../simulator/commands/command.ts'
import { play, throwsOf } from '../simulator/commands/sequence.ts'
import { openSmallJournal, SMALL_FACTS, type WriteCommand } from '../simulator/small-journal.ts'
import { recover } from './recover.ts'
import { describe, VERIFY_EXIT, verify } from './verify.ts'

const OLDER = ENGINE_VERSION - 1
const NEWER = ENGINE_VERSION + 1
const commands = play(throwsOf(3, 200), US_EQUITY_PACK).commands.map(
  (command): WriteCommand =>
    (tape) =>
      encodeCommand(tape, command),
)
const HALF = commands.length >> 1

function makeEngine(): Engine {
  const { sizes, hashSeed } = SMALL_FACTS
  return createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK })
}

/** An engine that may apply and must not decide. */
function applyingEngine(): Engine {
  return {
    ...makeEngine(),
    execute: () => {
      throw new Error('a recorded command was decided again')
    },
  }
}

async function write(directory: string, engineVersion: number, part: readonly WriteCommand[]): Promise<Engine> {
  const engine = makeEngine()
  const facts = { ...SMALL_FACTS, engineVersion }
  const small = await openSmallJournal(directory, { facts, engine, segmentBytes: 1 << 20 })
  for (let at = 0; at < part.length; at += 20) await small.block(part.slice(at, at + 20))
  await small.close()
  return engine
}

test('the journal of an older engine is recovered by its events, and a new segment goes on with it', async (t) => {
  const directory = folder(t)
  await write(directory, OLDER, commands.slice(0, HALF))
  const lived = await write(directory, ENGINE_VERSION, commands.slice(HALF))
  const versions = [1, 2].map((number) => headerOf(join(directory, segmentName(number))).engineVersion)
  assert.deepEqual(versions, [OLDER, ENGINE_VERSION])
  const engine = applyingEngine()
  assert.equal(recover(engine, new JournalReader(directory)).lastSeq, commands.length)
  assert.equal(engine.stateHash(), lived.stateHash())

  const report = verify(directory, makeEngine)
  assert.deepEqual([report.outcome, VERIFY_EXIT[report.outcome]], ['chain only', 3])
  assert.deepEqual([report.entries, report.decided], [commands.length, commands.length - HALF])
  assert.match(describe(report), new RegExp(`^decisions need engine ${OLDER}$`, 'm'))
})

test('of what a newer engine has written an older build verifies the chain, and applies nothing', async (t) => {
  const directory = folder(t)
  await write(directory, ENGINE_VERSION, commands.slice(0, HALF))
  await write(directory, NEWER, commands.slice(HALF))
  const applied: number[] = []
  const report = verify(directory, () => {
    const engine = makeEngine()
    const apply = (...[tape, offset]: Parameters<Engine['apply']>) => {
      applied.push(offset)
      return engine.apply(tape, offset)
    }
    return { ...engine, apply }
  })
  assert.deepEqual([report.outcome, report.decided, report.entries], ['chain only', HALF, commands.length])
  assert.deepEqual(report.otherEngines, [NEWER])
  assert.deepEqual(applied, [])
  const isTooNew = (error: Error) =>
    error instanceof JournalTooNew && error.message.endsWith(`engine ${NEWER}; this build has ${ENGINE_VERSION}`)
  assert.throws(() => recover(makeEngine(), new JournalReader(directory)), isTooNew)
  await assert.rejects(write(directory, ENGINE_VERSION, []), isTooNew)
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-versions-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
