/**
 * What the made-up clients know and send: the steps of the random sequences, about a gate that is far away. A command goes
 * off over the network and its effect is seen when the gate has said so; the twin follows the gate.
 */
import type { RulePack } from '../../model/rules.ts'
import { type Command, type CommandName, command, type ValuesOfCommand } from '../commands/command.ts'
import { withSlot } from '../commands/order-slots.ts'
import { Script } from '../commands/script.ts'
import type { Decision, TwinEvent } from '../twin/events.ts'

type Given<N extends CommandName> = Partial<Omit<ValuesOfCommand<N>, 'seq' | 'timeUs'>>

/** A step wants to know at once what only the gate can say. */
export class NotKnownYet extends Error {}

export class LiveScript extends Script {
  readonly #post: (command: Command, delayUs: number) => void
  #delayUs = 0

  /** @param post sends a command over the network, after a while */
  constructor(pack: RulePack, post: (command: Command, delayUs: number) => void) {
    super(pack)
    this.#post = post
  }

  /** A step begins, at this time of the clients' clock. */
  begin(wallUs: number): void {
    this.timeUs = wallUs
    this.#delayUs = 0
  }

  override wait(us: number): void {
    this.timeUs += us
    this.#delayUs += us
  }

  override resend(made: Command): readonly TwinEvent[] {
    this.commands.push(made)
    this.#post(withSlot(made, this.twin.state.slots), this.#delayUs)
    return []
  }

  /** A question that changes nothing is answered by the twin too. @throws NotKnownYet for an order */
  override decide<N extends 'NewOrder' | 'ReplaceOrder' | 'Evaluate'>(name: N, given: Given<N>): Decision {
    const [event] = name === 'Evaluate' ? this.twin.execute(this.#stamped(name, given)) : []
    this.send(name, given)
    if (event?.name !== 'OrderDecided') throw new NotKnownYet(name)
    return event.decision
  }

  override define<N extends CommandName>(name: N, given: Given<N>): number {
    this.send(name, given)
    throw new NotKnownYet(name)
  }

  #stamped<N extends CommandName>(name: N, given: Given<N>): Command {
    const stamped = { session: -1, principal: -1, ...given, seq: this.seq + 1, timeUs: this.timeUs }
    return command(name, stamped as unknown as Partial<ValuesOfCommand<N>>)
  }
}
