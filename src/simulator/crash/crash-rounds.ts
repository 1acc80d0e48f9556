/**
 * Rounds of kill -9 on one folder: load, kill, everything checked offline on what is left, the gate up again, and what it
 * says then checked against what it said before.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DemoGateReady } from '../../cli/demo-gate-ready.ts'
import { createEngine, type Engine } from '../../engine/engine.ts'
import { TRADED } from '../../floor/demo/listings.ts'
import { JournalReader } from '../../journal/journal-reader.ts'
import type { SegmentFacts } from '../../journal/segment-header.ts'
import type { EngineView } from '../../model/engine-port.ts'
import { TRADING_STATES } from '../../model/vocabulary.ts'
import { recover } from '../../replay/recover.ts'
import { verify } from '../../replay/verify.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import { checkAnswer, checkOnce } from './check-answers.ts'
import { CrashClients } from './crash-clients.ts'
import { registerOfficer, tellWorld } from './crash-world.ts'
import { answeredRows, type DecisionAnswer, type Exchange } from './exchange.ts'
import { Flow } from './flow.ts'
import { GateProcess } from './gate-process.ts'
import { drawPlan, Load } from './load.ts'
import { type Entry, eventNamed, readRecorded } from './recorded-journal.ts'
import { Standing } from './standing.ts'

const KILLED = TRADING_STATES.indexOf('KILLED')
/** Answered orders of a round that are sent again, and killed scopes that are tried. */
const REPEATS = 25
const SCOPES_TRIED = 4
/** Share of the restarts that are killed too before the gate is up, and when at the latest. */
const KILLED_STARTING = 0.25
const STARTING_MS = 700

export class CrashRounds {
  readonly #directory: string
  readonly #flow: Flow
  readonly #say: (line: string) => void
  readonly #standing = new Standing()
  /** Everything ever sent. What is answered must be in the journal for good. */
  readonly #exchanges: Exchange[] = []
  #officerSecret = ''
  #gate: GateProcess | undefined
  #entries: readonly Entry[] = []

  /** @param directory an empty folder */
  constructor(directory: string, seed: number, say: (line: string) => void) {
    this.#directory = directory
    this.#flow = new Flow(seed)
    this.#say = say
  }

  /** Throws at the first thing that is lost, changed or done twice. */
  async run(rounds: number): Promise<void> {
    this.#officerSecret = registerOfficer(join(this.#directory, 'secrets'))
    let { ready } = await this.#start()
    await tellWorld(ready)
    for (let round = 1; round <= rounds; round++) {
      const sent = await this.#load(ready)
      const counts = summary(sent)
      const checked = this.#check()
      const started = await this.#start()
      ready = started.ready
      const repeated = await this.#ask(ready, sent)
      this.#say(`round ${round}: ${counts}; ${checked}; up again ${started.words}; ${repeated}`)
    }
    await this.#kill()
    this.#check()
  }

  /** Leaves no process behind. */
  async close(): Promise<void> {
    await this.#kill()
  }

  async #start(): Promise<{ ready: DemoGateReady; words: string }> {
    let tries = ''
    while (this.#flow.chance(KILLED_STARTING)) {
      // Not to wait for anything: the moment of the kill is what is drawn.
      const ms = this.#flow.between(1, STARTING_MS)
      this.#gate = new GateProcess(this.#directory)
      await Promise.race([wait(ms), this.#gate.ended])
      await this.#kill()
      tries += ` killed starting at ${ms} ms,`
    }
    const from = performance.now()
    this.#gate = new GateProcess(this.#directory)
    const ready = await this.#gate.ready
    return { ready, words: `${tries} in ${Math.round(performance.now() - from)} ms`.trim() }
  }

  async #kill(): Promise<void> {
    this.#gate?.kill()
    const how = await this.#gate?.ended
    if (how !== undefined) assert.equal(how, 'SIGKILL', 'it was not the gate that gave up')
    this.#gate = undefined
  }

  async #load(ready: DemoGateReady): Promise<readonly Exchange[]> {
    const clients = new CrashClients(ready, this.#officerSecret)
    const load = new Load(clients, this.#flow, drawPlan(this.#flow), () => this.#gate?.kill())
    try {
      await this.#send(clients, this.#flow.quotes(TRADED))
      await load.run()
    } finally {
      clients.close()
    }
    await this.#kill()
    this.#exchanges.push(...load.exchanges)
    return load.exchanges
  }

  /** Reads what is left as nothing but a folder. Returns in words what was compared. */
  #check(): string {
    const journal = join(this.#directory, 'journal')
    const { entries, tornBytes } = readRecorded(journal)
    assert.ok(entries.length >= this.#entries.length, 'the journal has become shorter')
    this.#entries = entries
    for (const exchange of this.#exchanges) checkAnswer(exchange, entries)
    checkOnce(entries)
    const reader = new JournalReader(journal)
    const recovered = engineOf(reader.lastHeader() as SegmentFacts)
    recover(recovered, reader)
    let deciding: Engine | undefined
    const report = verify(journal, (facts) => {
      deciding = engineOf(facts)
      return deciding
    })
    assert.equal(report.outcome, 'same', JSON.stringify(report))
    assert.equal(report.decided, entries.length)
    assert.equal(recovered.stateHash(), deciding?.stateHash(), 'applied and decided again are not the same state')
    this.#standing.feed(entries)
    const { subjects, cells, liveOrders } = this.#standing.check(recovered.view)
    this.#checkKills(recovered.view)
    return (
      `journal ${entries.length} commands, ${report.segments} segments, torn ${tornBytes} bytes; ` +
      `recomputed ${subjects} subjects, ${cells} cells, ${liveOrders} live orders`
    )
  }

  #checkKills(view: EngineView): void {
    const standing = new Set([...view.latches()].filter(({ state }) => state === KILLED).map(({ latch }) => latch))
    for (const kill of this.#kills()) {
      const id = kill.answer?.id as number
      assert.ok(standing.has(id), `kill ${id} was answered and stands no more: ${JSON.stringify(kill.body)}`)
    }
  }

  #kills(): Exchange[] {
    return this.#exchanges.filter(({ kind, answer }) => kind === 'kill' && answer !== undefined)
  }

  /** Sends again what was sent, and orders that must be refused, to the gate that came back. */
  async #ask(ready: DemoGateReady, sent: readonly Exchange[]): Promise<string> {
    const clients = new CrashClients(ready, this.#officerSecret)
    try {
      await this.#send(clients, this.#flow.quotes(TRADED))
      const decisions = sent.filter(({ kind }) => kind === 'order' || kind === 'replace')
      const answered = decisions.filter(({ answer }) => answer !== undefined).slice(-REPEATS)
      for (const first of answered) await this.#repeat(clients, first)
      const open = decisions.filter(({ answer }) => answer === undefined)
      for (const exchange of open) await this.#settle(clients, exchange)
      const reports = sent.filter(({ kind, answer }) => kind === 'executions' && answer === undefined)
      for (const exchange of reports) await this.#report(clients, exchange)
      const kills = this.#kills().slice(-SCOPES_TRIED)
      for (const kill of kills) await this.#tryKilled(clients, kill)
      return `${answered.length} repeated, ${open.length + reports.length} unanswered settled, ${kills.length} kills hold`
    } finally {
      clients.close()
    }
  }

  async #send(clients: CrashClients, exchange: Exchange): Promise<void> {
    exchange.answer = (await clients.post(exchange.sender, exchange.path, exchange.body)) as Exchange['answer']
    this.#flow.learn(exchange)
    this.#exchanges.push(exchange)
  }

  /** An answered order again: the first decision, and marked as such. */
  async #repeat(clients: CrashClients, first: Exchange): Promise<void> {
    const again = (await clients.post(first.sender, first.path, first.body)) as DecisionAnswer
    const said = (answer: DecisionAnswer) => {
      const { outcome, seq, time, orderID, reason, failed } = answer
      return { outcome, seq, time, orderID, reason, failed }
    }
    const words = JSON.stringify(first.body)
    assert.deepEqual(said(again), said(first.answer as DecisionAnswer), words)
    assert.equal(again.duplicate, true, words)
  }

  /** An order that got no answer: decided once, whether that was before the kill or is now. */
  async #settle(clients: CrashClients, exchange: Exchange): Promise<void> {
    const { clOrdID } = exchange.body as Readonly<Record<string, string>>
    const recorded = this.#entries.find(
      ({ command, events }) =>
        (command.name === 'NewOrder' || command.name === 'ReplaceOrder') &&
        command.values.clOrdID === clOrdID &&
        events.some(({ name }) => name === 'OrderDecided'),
    )
    await this.#send(clients, exchange)
    const { duplicate, seq } = exchange.answer as DecisionAnswer
    assert.equal(duplicate, recorded !== undefined, JSON.stringify(exchange))
    if (recorded !== undefined) assert.equal(seq, recorded.command.values.seq, JSON.stringify(exchange))
  }

  /** Reports that got no answer: those that were booked before the kill are not booked again. */
  async #report(clients: CrashClients, exchange: Exchange): Promise<void> {
    const booked = new Set(this.#entries.map((entry) => eventNamed(entry, 'ExecutionBooked')?.values.execID))
    await this.#send(clients, exchange)
    for (const { sent, said } of answeredRows(exchange)) {
      if (sent.execType !== 'Fill') continue
      const isRepeat = said.reason?.code === 'EXEC_DUPLICATE'
      assert.equal(isRepeat, booked.has(sent.execID as string), JSON.stringify(said))
    }
  }

  async #tryKilled(clients: CrashClients, { body }: Exchange): Promise<void> {
    const { account, symbol, side = 'Buy' } = body as Readonly<Record<string, string>>
    const order = this.#flow.orderIn({ account, symbol, side } as Parameters<Flow['orderIn']>[0])
    await this.#send(clients, order)
    const { outcome, reason } = order.answer as DecisionAnswer
    assert.deepEqual([outcome, reason?.code], ['REJECTED', 'KILLED'], JSON.stringify(order))
  }
}

function engineOf({ sizes, hashSeed }: SegmentFacts): Engine {
  return createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK })
}

/** How many of each kind were answered, and how many were not. */
function summary(sent: readonly Exchange[]): string {
  const answered = sent.filter(({ answer }) => answer !== undefined)
  const counts = new Map<string, number>()
  for (const { kind } of answered) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const kinds = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ')
  return `${answered.length} answered (${kinds}), ${sent.length - answered.length} in flight`
}
