/**
 * How often a client, session, account, strategy and instrument may send: one place for every wire, asked before the
 * sequencer, so that a flood never reaches the journal. What one message counts in is asked together: it is counted in all of
 * them or, refused, in none. Cancels and reports are counted and never refused. docs/decisions/0032-rate-limits.md.
 */
import { dutyBit } from '../../auth/duties.ts'
import type { Directory } from '../../model/directory.ts'
import type { EngineView } from '../../model/engine-port.ts'
import { RequestError } from '../../model/errors.ts'
import { countIn, type Rate, type RateScope, type RateSettings, rateKey } from './rate.ts'
import { SlidingWindow } from './sliding-window.ts'

/** Who sends. */
export interface Asker {
  readonly grant: { readonly clientID: string }
  /** Id of its session, -1 where it has none. */
  readonly session: number
  holds(duties: number): boolean
}

/** The words of an order that name what it counts in. */
export interface OrderNames {
  readonly account?: string | undefined
  readonly trader?: string | undefined
  readonly strategy?: string | undefined
  readonly symbol?: string | undefined
}

export interface RateWorld {
  readonly directory: Directory
  readonly view: Pick<EngineView, 'orderOf'>
  /** Elapsed time: a wall clock that is set does nothing here. */
  readonly nowMs: () => number
  readonly settings: RateSettings
  readonly onRefused?: (scope: RateScope) => void
}

const MS_US = 1_000
const AGENT = dutyBit('cancels:execute')
/** Windows in which nothing counts any more are dropped this often. */
const SWEEP_US = 10_000_000

/** A window that a message counts in, and whose it is. */
interface Counted {
  readonly scope: RateScope
  readonly key: string | number
  readonly window: SlidingWindow
}

export class RateLimits {
  readonly #world: RateWorld
  /** By scope, then by name or id. Only what the engine or the issuer knows has one. */
  readonly #windows: Readonly<Record<RateScope, Map<string | number, SlidingWindow>>> = {
    client: new Map(),
    session: new Map(),
    account: new Map(),
    strategy: new Map(),
    instrument: new Map(),
  }
  /** What the message at hand counts in. */
  readonly #counted: Counted[] = []
  #nowUs = 0
  #sweepUs = SWEEP_US

  constructor(world: RateWorld) {
    this.#world = world
  }

  /** A request that is no order: counted for its client, or refused. */
  request(asker: Asker): RequestError | undefined {
    this.#begin(asker)
    return this.#take()
  }

  /** Whether a request would be refused, for who counts it once it is read. Counts nothing. */
  look(asker: Asker): RequestError | undefined {
    this.#begin(asker)
    return this.#refusal()
  }

  /** A request that is never refused, or was refused for something else. */
  count(asker: Asker): void {
    this.#begin(asker)
    this.#countAll()
  }

  newOrder(asker: Asker, words: OrderNames): RequestError | undefined {
    this.#begin(asker)
    this.#addNamed(asker, words)
    return this.#take()
  }

  /** A replace counts in what its order does; of one that is not known yet only client and session are. */
  replace(asker: Asker, origClOrdID = ''): RequestError | undefined {
    this.#begin(asker)
    this.#addSession(asker.session)
    this.#addOrder(asker.session, origClOrdID)
    return this.#take()
  }

  /** @param owner name of the session whose order it is; another's counts only for who may cancel it */
  cancel(asker: Asker, owner: string, origClOrdID = ''): void {
    this.#begin(asker)
    this.#addSession(asker.session)
    const mayCancel = owner === asker.grant.clientID || asker.holds(AGENT)
    if (mayCancel) this.#addOrder(this.#world.directory.idOf('SESSION', owner), origClOrdID)
    this.#countAll()
  }

  /** Windows that are kept, and stamps that they have memory for. */
  get held(): { readonly windows: number; readonly stamps: number } {
    const all = Object.values(this.#windows).flatMap((windows) => [...windows.values()])
    return { windows: all.length, stamps: all.reduce((sum, { room }) => sum + room, 0) }
  }

  #begin({ grant }: Asker): void {
    // A source that steps back would refuse for as long: time stands still until it has caught up.
    this.#nowUs = Math.max(this.#nowUs, this.#world.nowMs() * MS_US)
    if (this.#nowUs >= this.#sweepUs) this.#sweep()
    this.#counted.length = 0
    this.#add('client', grant.clientID)
  }

  #addSession(session: number): void {
    if (session >= 0) this.#add('session', session)
  }

  /**
   * The names of an order, where the session may use them: else whoever names another's account would use up its rate. The
   * engine refuses those.
   */
  #addNamed({ session }: Asker, { account, trader, strategy, symbol }: OrderNames): void {
    if (session < 0) return
    this.#add('session', session)
    const { directory } = this.#world
    const instrument = directory.idOf('INSTRUMENT', symbol ?? '')
    const accountID = directory.idOf('ACCOUNT', account ?? '')
    const traderID = directory.idOf('TRADER', trader ?? '')
    const strategyID = directory.idOf('STRATEGY', strategy ?? '')
    if (instrument < 0 || accountID < 0 || traderID < 0 || strategyID < 0) return
    if (!directory.isBound('SESSION_ACCOUNT', session, accountID)) return
    if (!directory.isBound('SESSION_TRADER', session, traderID)) return
    this.#add('account', accountID)
    if (directory.isBound('STRATEGY_ACCOUNT', strategyID, accountID)) this.#add('strategy', strategyID)
    this.#add('instrument', instrument)
  }

  #addOrder(session: number, clOrdID: string): void {
    const order = session < 0 ? undefined : this.#world.view.orderOf(session, clOrdID)
    if (order === undefined) return
    this.#add('account', order.account)
    this.#add('strategy', order.strategy)
    this.#add('instrument', order.instrument)
  }

  #add(scope: RateScope, key: string | number): void {
    const windows = this.#windows[scope]
    let window = windows.get(key)
    if (window === undefined) {
      const rate = this.#rateOf(scope, key)
      if (rate === undefined) return
      window = new SlidingWindow(rate)
      windows.set(key, window)
    }
    this.#counted.push({ scope, key, window })
  }

  #rateOf(scope: RateScope, key: string | number): Rate | undefined {
    const { each, named } = this.#world.settings
    return named.get(rateKey(scope, this.#nameOf(scope, key))) ?? each[scope]
  }

  #nameOf(scope: RateScope, key: string | number): string {
    if (typeof key === 'string') return key
    const { directory } = this.#world
    return scope === 'instrument' ? directory.nameOf('INSTRUMENT', key) : (directory.subjectOf(key)?.name ?? `#${key}`)
  }

  #take(): RequestError | undefined {
    const refused = this.#refusal()
    if (refused === undefined) this.#countAll()
    return refused
  }

  #countAll(): void {
    for (const { window } of this.#counted) window.count(this.#nowUs)
  }

  /** Names what keeps it longest: nothing sooner would pass. */
  #refusal(): RequestError | undefined {
    let longest: Counted | undefined
    let waitUs = 0
    for (const one of this.#counted) {
      const own = one.window.waitUs(this.#nowUs)
      if (own > waitUs) {
        waitUs = own
        longest = one
      }
    }
    if (longest === undefined) return undefined
    const { scope, key, window } = longest
    const { max, windowMs, burst, burstMs } = window.rate
    const isBurst = burst < max && window.burstWaitUs(this.#nowUs) === waitUs
    const waitMs = Math.ceil(waitUs / MS_US)
    const terms = isBurst ? countIn(burst, burstMs) : countIn(max, windowMs)
    const text = `${rateKey(scope, this.#nameOf(scope, key))}: ${terms}; try again in ${waitMs / 1_000} s`
    this.#world.onRefused?.(scope)
    return new RequestError('RATE_LIMITED', scope, text, waitMs)
  }

  #sweep(): void {
    for (const windows of Object.values(this.#windows)) {
      for (const [key, window] of windows) if (window.isIdle(this.#nowUs)) windows.delete(key)
    }
    this.#sweepUs = this.#nowUs + SWEEP_US
  }
}
