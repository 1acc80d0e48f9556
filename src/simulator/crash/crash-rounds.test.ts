/**
 * kill -9 of the real gate at random moments under load. `npm test` plays a few rounds; `npm run crash` plays 50, and
 * CRASH_ROUNDS and SEED choose others.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CrashRounds } from './crash-rounds.ts'

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 4)
/** The choices; the interleaving of the processes is the machine's. */
const SEED = Number(process.env.SEED ?? 1)

test(`after kill -9 at any moment the gate has everything that it answered, ${ROUNDS} rounds`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-crash-'))
  console.log(`crash test: ${ROUNDS} rounds, SEED=${SEED}; CRASH_ROUNDS and SEED choose others`)
  const rounds = new CrashRounds(directory, SEED, (line) => console.log(line))
  t.after(async () => {
    await rounds.close()
    rmSync(directory, { recursive: true, force: true })
  })
  await rounds.run(ROUNDS)
})
