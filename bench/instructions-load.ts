/**
 * What `instructions.bench` counts: a world small enough for the processor's caches, warmed up, then one kind of command after
 * another. Runs under valgrind, which writes what it has counted each time it is asked to.
 */
import { execFileSync } from 'node:child_process'
import { ORDER_DECIDED } from '../src/model/records/events.ts'
import { lengthAt, Tape, typeAt } from '../src/model/records/tape.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld } from './engine-world.ts'

const BATCH = 1_000
const SIZES = {
  orders: 1 << 16,
  idsPerDay: 1 << 20,
  instruments: 1 << 6,
  scopes: 1 << 8,
  cellPages: 1 << 12,
  books: 1 << 12,
  limitRows: 1 << 12,
  executionsPerDay: 1 << 18,
  locates: 64,
  duplicates: 1 << 14,
}

const world = buildWorld({
  accounts: 10,
  traders: 5,
  desks: 2,
  instruments: 20,
  sizes: SIZES,
  extraLimitRows: 0,
  rules: US_EQUITY_PACK,
})
const flow = new Flow(world, 7)
const { engine } = world
const commands = Tape.ofBytes(1 << 22)
const work = Tape.ofBytes(4 << 20)
const counted = { commands: 0, rows: 0, ns: 0n }

/** Plays what is on the command tape, each command on the work tape before the engine sees it. */
function play(offsets: readonly number[]): void {
  work.end = 0
  const from = process.hrtime.bigint()
  for (const offset of offsets) execute(offset)
  counted.ns += process.hrtime.bigint() - from
}

function execute(from: number): void {
  const bytes = lengthAt(commands, from)
  if (work.roomBytes < bytes + 65_536) work.end = 0
  const at = work.end
  for (let word = 0; word < bytes >> 3; word++) work.f64[(at >> 3) + word] = commands.f64[(from >> 3) + word] as number
  work.end = at + bytes
  work.f64[(at >> 3) + 1] = ++world.seq
  work.f64[(at >> 3) + 2] = ++world.timeUs
  engine.execute(work, at)
  counted.commands++
  const event = at + bytes
  if (typeAt(work, event) === ORDER_DECIDED.type) {
    counted.rows += work.i32[(event >> 2) + ORDER_DECIDED.at.rows] as number
  }
}

function written(count: number, write: () => number): number[] {
  commands.end = 0
  return Array.from({ length: count }, write)
}

function settlement(): number[] {
  commands.end = 0
  return flow.writeSettlement(commands, 0)
}

/** Ends a stretch that is counted on its own. */
function mark(name: string): void {
  const { pid } = process
  if (process.env.VALGRIND === '1') execFileSync('vgdb', [`--pid=${pid}`, 'dump', name], { stdio: 'ignore' })
  console.log(JSON.stringify({ name, ...counted, ns: Number(counted.ns) }))
  counted.commands = 0
  counted.rows = 0
  counted.ns = 0n
}

const rounds = Number(process.argv[2])
for (let round = 0; round < rounds; round++) {
  play(written(BATCH, () => flow.writeNew(commands, 0)))
  play(written(BATCH * 0.3, () => flow.writeReplace(commands)))
  play(written(BATCH * 0.2, () => flow.writeFill(commands)))
  play(written(BATCH * 0.3, () => flow.writeCancel(commands)))
  play(settlement())
}
const kinds: readonly (readonly [string, () => number[]])[] = [
  ['new', () => written(BATCH * 6, () => flow.writeNew(commands, 0))],
  ['replace', () => written(BATCH * 2, () => flow.writeReplace(commands))],
  ['cancel', () => written(BATCH, () => flow.writeCancel(commands))],
  ['fill', () => written(BATCH * 2, () => flow.writeFill(commands))],
  ['settle', settlement],
]
for (const [name, write] of kinds) {
  const offsets = write()
  mark(`before ${name}`)
  play(offsets)
  mark(name)
}
