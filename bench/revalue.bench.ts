/**
 * What a quote costs that moves the mark: every cell that holds the instrument is valued again, its orders are not touched.
 * `npm run bench -- revalue`; RECORD=1 writes bench/results/revalue.md.
 */
import { writeFileSync } from 'node:fs'
import * as C from '../src/model/records/commands.ts'
import { encode } from '../src/model/records/schema.ts'
import { Tape } from '../src/model/records/tape.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld } from './engine-world.ts'
import { commit, machine, quantiles } from './machine.ts'

const ROUNDS = 2_000
const ORDERS_PER_ACCOUNT = 5

/** Microseconds of a quote that moves the mark and of one that does not, with the cells of `accounts` in the instrument. */
function measure(accounts: number): { readonly cells: number; readonly moving: number[]; readonly still: number[] } {
  const world = buildWorld({
    accounts,
    traders: Math.ceil(accounts / 4),
    desks: 10,
    instruments: 1,
    extraLimitRows: 0,
    rules: US_EQUITY_PACK,
    sizes: {
      ...{ orders: 1 << 17, idsPerDay: 1 << 17, instruments: 16, scopes: 1 << 15, cellPages: 1 << 16, books: 1 << 15 },
      ...{ limitRows: 1 << 18, executionsPerDay: 1 << 10, locates: 16, duplicates: 1 << 17 },
    },
  })
  const tape = Tape.ofBytes(1 << 20)
  const flow = new Flow(world, 7)
  const execute = (offset: number) => {
    tape.f64[(offset >> 3) + 1] = ++world.seq
    tape.f64[(offset >> 3) + 2] = ++world.timeUs
    const from = performance.now()
    world.engine.execute(tape, offset)
    return (performance.now() - from) * 1000
  }
  for (let order = 0; order < accounts * ORDERS_PER_ACCOUNT; order++) {
    tape.end = 0
    execute(flow.writeNew(tape, 0))
  }
  const quote = (bidPx: number) => {
    tape.end = 0
    const values = { instrument: 0, feed: world.feed, bidPx, askPx: bidPx + 2, flags: 3, session: -1, principal: -1 }
    return execute(encode(tape, C.QUOTE, values))
  }
  const moving: number[] = []
  const still: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const bid = round % 2 === 0 ? 9_950 : 10_010
    moving.push(quote(bid))
    still.push(quote(bid))
  }
  return { cells: accounts * 4, moving: moving.slice(ROUNDS / 4), still: still.slice(ROUNDS / 4) }
}

const out = [
  '# A quote that moves the mark',
  '',
  `Machine: ${machine()}. Commit ${commit()}. \`npm run bench -- revalue\`.`,
  '',
  'Cells are those of account, desk, trader and strategy that hold the instrument. A quote that leaves the mark where it is',
  'touches none.',
  '',
  '| Cells | Mark moves, p50 µs | p99 µs | ns a cell | Mark stays, p50 µs |',
  '| --- | --- | --- | --- | --- |',
]
for (const accounts of [25, 125, 500, 2_500]) {
  const { cells, moving, still } = measure(accounts)
  const { p50, p99 } = quantiles(moving)
  const stays = quantiles(still).p50
  const perCell = (((p50 - stays) * 1000) / cells).toFixed(0)
  out.push(`| ${cells} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${perCell} | ${stays.toFixed(1)} |`)
}
console.log(out.join('\n'))
if (process.env.RECORD === '1') writeFileSync('bench/results/revalue.md', `${out.join('\n')}\n`)
