/**
 * A sequence of commands in the making: stamps sequence number and time, and has a twin carry each command out, so that
 * the next one can be about what is really there.
 */
import type { RulePack } from '../../model/rules.ts'
import type { Decision, TwinEvent } from '../twin/events.ts'
import { firstReady } from '../twin/held.ts'
import type { Order } from '../twin/state.ts'
import { rollInFront } from '../twin/timers.ts'
import { Twin } from '../twin/twin.ts'
import { isGoverned } from '../twin/two-people.ts'
import { type Command, type CommandName, command, lineOf, type ValuesOfCommand } from './command.ts'
import { withHeldSlot } from './order-slots.ts'

/** 2026-03-02T14:30:00Z. */
const START_US = 1_772_461_800_000_000

type Given<N extends CommandName> = Partial<Omit<ValuesOfCommand<N>, 'seq' | 'timeUs'>>

export class Script {
  readonly twin: Twin
  readonly commands: Command[] = []
  readonly decisions: Decision[] = []
  timeUs = START_US
  #ids = 0

  constructor(pack: RulePack) {
    this.twin = new Twin(pack)
  }

  get seq(): number {
    return this.commands.length
  }

  /**
   * Sends the command now; it comes from no session and no principal unless it says so. In production what takes two
   * people and comes from nobody is what the officers agree on: one proposes it, the other approves it.
   */
  send<N extends CommandName>(name: N, given: Given<N>): readonly TwinEvent[] {
    const whole = { session: -1, principal: -1, ...given } as unknown as Partial<ValuesOfCommand<N>>
    const made = command(name, { ...whole, ...this.#stamp() })
    const isOfNobody = made.values.session === -1 && made.values.principal === -1
    if (this.twin.state.profile === 0 || !isOfNobody || !isGoverned(made)) return this.resend(made)
    return this.#agree(lineOf(name, whole))
  }

  /** Sends a proposal, or a line of one. */
  sendLine<N extends 'Propose' | 'ProposalLine'>(name: N, given: Given<N>, inner: Command): readonly TwinEvent[] {
    const stamped = { session: -1, ...given, ...this.#stamp() } as unknown as Partial<ValuesOfCommand<N>>
    return this.resend({ ...command(name, stamped), inner } as Command)
  }

  #stamp() {
    return { seq: this.seq + 1, timeUs: this.timeUs }
  }

  /** What the command came to once both officers carried it. */
  #agree(inner: Command): readonly TwinEvent[] {
    const [said] = this.sendLine('Propose', { principal: 0, key: this.freshId('agreed') }, inner)
    if (said?.name !== 'ProposalMoved') return said === undefined ? [] : [said]
    const { proposal, contentHash0, contentHash1 } = said
    const events = this.send('Approve', { principal: 1, proposal, contentHash0, contentHash1 })
    return events.slice(2, -1)
  }

  /** Sends a made command as it stands. */
  resend(made: Command): readonly TwinEvent[] {
    this.commands.push(made)
    const events = this.twin.execute(withHeldSlot(made, this.twin.state.slots))
    for (const event of events) if (event.name === 'OrderDecided') this.decisions.push(event.decision)
    return events
  }

  /** Id that the definition was given. */
  define<N extends CommandName>(name: N, given: Given<N>): number {
    const event = this.send(name, given)[0]
    if (event?.name !== 'Applied') throw new Error(`${name} was refused: ${JSON.stringify(given)}`)
    return event.id
  }

  /** Sends a command that is decided on; returns the decision. */
  decide<N extends 'NewOrder' | 'ReplaceOrder' | 'Evaluate'>(name: N, given: Given<N>): Decision {
    const event = this.send(name, given)[0]
    if (event?.name !== 'OrderDecided') throw new Error(`${name} was not decided on`)
    return event.decision
  }

  /** A text that was not given before. */
  freshId(prefix: string): string {
    return `${prefix}${++this.#ids}`
  }

  /** As the gate does: decides on the oldest held order that waits for nothing any more, or on the one given. */
  decideHeld(order: Order | undefined = firstReady(this.twin.state)): boolean {
    if (order === undefined) return false
    this.resend(command('HoldDecide', { session: -1, principal: -1, ...this.#stamp(), orderSeq: order.seq }))
    return true
  }

  /** Time passes: what falls due fires before the next command. */
  wait(us: number): void {
    this.timeUs += us
    // A roll that is refused stops its calendar, so this comes to an end.
    while (this.twin.dueUs <= this.timeUs) {
      const roll = rollInFront(this.twin.state, this.timeUs)
      const own = { session: -1, principal: -1, ...this.#stamp() }
      // What comes by itself nobody has to agree on.
      if (roll === null) this.resend(command('Tick', own))
      else this.resend(command('DayRoll', { ...own, calendar: roll.calendar, tradeDate: roll.tradeDate }))
    }
  }
}
