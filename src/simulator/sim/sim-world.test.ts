/** Some hundred simulated worlds, the seeds that failed once, and disks that lie, which the checks must see. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalFile, JournalFiles } from '../../journal/journal-files.ts'
import { keptSeeds } from './kept-seeds.ts'
import { type SimOptions, simulate } from './sim-world.ts'

const FIRST = Number(process.env.SEED ?? 1)
const WORLDS = Number(process.env.SIM_SEEDS ?? 100)

/** What must have happened somewhere, or the worlds are too kind. */
const ADVERSITIES = [
  ...['loss of power', 'kill of the process', 'crash in a start', 'failed start', 'torn tail', 'end by the disk'],
  ...['end by another gate', 'durable before its answer', 'APPROVE', 'REJECT', 'DUPLICATE', 'LatchSet', 'Swept'],
]

test(`nothing is wrong in ${WORLDS} worlds from seed ${FIRST} on, and everything happens`, async () => {
  const happened = new Set<string>()
  for (let seed = FIRST; seed < FIRST + WORLDS; seed++) {
    const { failure, counts } = await simulate({ seed })
    for (const what of Object.keys(counts)) happened.add(what)
    assert.equal(failure, undefined, `npm run sim -- --seed ${seed}`)
  }
  assert.deepEqual(
    ADVERSITIES.filter((what) => !happened.has(what)),
    [],
  )
})

test('nothing is wrong in the worlds in which something was once', async () => {
  for (const kept of keptSeeds()) {
    const { failure } = await simulate(kept)
    assert.equal(failure, undefined, `npm run sim -- --seed ${kept.seed} --steps ${kept.steps}`)
  }
})

test('the same seed is the same world, and another one is another', async () => {
  const [one, again, other] = [await simulate({ seed: 3 }), await simulate({ seed: 3 }), await simulate({ seed: 4 })]
  assert.deepEqual(one, again)
  assert.notEqual(one.trace, other.trace)
})

/** The disk with some operations of its files replaced. */
function lying(replaced: (file: JournalFile) => Partial<JournalFile>) {
  return (files: JournalFiles): JournalFiles => ({
    ...files,
    open: (path, create) => {
      const file = files.open(path, create)
      return {
        ...{ write: file.write.bind(file), writeLater: file.writeLater.bind(file), sync: file.sync.bind(file) },
        ...{ syncLater: file.syncLater.bind(file), truncate: file.truncate.bind(file) },
        ...{ endsAt: file.endsAt.bind(file), close: file.close.bind(file), ...replaced(file) },
      }
    },
  })
}

const LIES: readonly (readonly [string, NonNullable<SimOptions['filesOf']>])[] = [
  ['without the call of sync', lying(() => ({ sync: () => {}, syncLater: async () => {} }))],
  [
    'with a sync that is answered before it is done',
    lying((file) => {
      const begin = () => {
        file.syncLater().catch(() => {})
      }
      return { sync: begin, syncLater: async () => begin() }
    }),
  ],
]

for (const [lie, filesOf] of LIES) {
  test(`${lie}, the first answer is seen not to be durable`, async () => {
    const { failure } = await simulate({ seed: 1, filesOf })
    assert.match(String(failure?.cause), /is answered and not durable/)
  })

  test(`${lie}, starts find that answers are lost, without asking the disk`, async () => {
    const found: string[] = []
    const isLoss = (cause: string) =>
      /the journal ends at command \d+, \d+ was published|was answered and is lost/.test(cause)
    for (let seed = 1; seed <= 200 && !found.some(isLoss); seed++) {
      const { failure } = await simulate({ seed, filesOf, asksDisk: false })
      if (failure !== undefined) found.push(String(failure.cause))
    }
    assert.ok(found.some(isLoss), found.join('\n'))
  })
}
