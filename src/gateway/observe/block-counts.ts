/**
 * What became of commands, counted in the durable blocks: so each decision counts once, whatever wire it came over and whoever asked again, and
 * what is counted is in the journal.
 */
import { REASONS } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { COMMANDS, REPLACE_ORDER } from '../../model/records/commands.ts'
import { FIRST_EVENT, ORDER_DECIDED, REFUSED } from '../../model/records/events.ts'
import { lengthAt, typeAt } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import { OUTCOME_WORDS, type OutcomeWord } from '../answers/outcome-words.ts'
import { LATCH_TYPES } from './latch-log.ts'
import { label } from './metric-table.ts'

const REJECTED = OUTCOME_WORDS.indexOf('REJECTED')
const SOFT_BLOCKED = OUTCOME_WORDS.indexOf('SOFT_BLOCKED')
const OUTCOMES = OUTCOME_WORDS.length
/** By record type. */
const IS_LATCH = new Uint8Array(256)
for (const type of LATCH_TYPES) IS_LATCH[type] = 1
/** Above every reason number. */
const REASON_SPAN = 4096

export class BlockCounts {
  blocks = 0
  bytes = 0
  /** By record type. */
  readonly #commands = new Float64Array(FIRST_EVENT)
  readonly #orders = new Float64Array(OUTCOMES)
  readonly #replaces = new Float64Array(OUTCOMES)
  /** By record type and reason number. */
  readonly #refusals = new Map<number, number>()

  /** To be told of every durable block, once. Returns whether a latch is in it. */
  published({ tape, start, end }: Pick<Block, 'tape' | 'start' | 'end'>): boolean {
    let latches = 0
    this.blocks++
    this.bytes += end - start
    let command = 0
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      const type = typeAt(tape, at)
      latches |= IS_LATCH[type] as number
      if (type < FIRST_EVENT) {
        command = type
        this.#commands[type] = (this.#commands[type] as number) + 1
      } else if (type === ORDER_DECIDED.type) {
        const outcome = tape.i32[(at >> 2) + ORDER_DECIDED.at.outcome] as number
        const counts = command === REPLACE_ORDER.type ? this.#replaces : this.#orders
        counts[outcome] = (counts[outcome] as number) + 1
        if (outcome === REJECTED || outcome === SOFT_BLOCKED) {
          this.#refused(command, tape.i32[(at >> 2) + ORDER_DECIDED.at.reason] as number)
        }
      } else if (type === REFUSED.type) {
        this.#refused(command, tape.i32[(at >> 2) + REFUSED.at.reason] as number)
      }
    }
    return latches !== 0
  }

  #refused(command: number, reason: number): void {
    const key = command * REASON_SPAN + reason
    this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1)
  }

  orders(outcome: OutcomeWord): number {
    return this.#orders[OUTCOME_WORDS.indexOf(outcome)] as number
  }

  replaces(outcome: OutcomeWord): number {
    return this.#replaces[OUTCOME_WORDS.indexOf(outcome)] as number
  }

  commands(type: number): number {
    return this.#commands[type] as number
  }

  /** Counts with their labels, of each command that has come. */
  *commandSamples(): Iterable<readonly [string, number]> {
    for (const { type, name } of COMMANDS) {
      const count = this.#commands[type] as number
      if (count > 0) yield [label('command', name), count]
    }
  }

  *refusalSamples(): Iterable<readonly [string, number]> {
    for (const [key, count] of this.#refusals) {
      const reason = REASONS.find(({ number }) => number === key % REASON_SPAN)
      const command = COMMANDS.find(({ type }) => type === Math.floor(key / REASON_SPAN))
      const control = CONTROLS.find(({ id }) => id === reason?.control)
      const labels = [
        label('command', command?.name ?? ''),
        label('control', control?.code ?? 'NONE'),
        label('reason', reason?.code ?? 'UNKNOWN'),
      ]
      yield [labels.join(), count]
    }
  }

  *outcomeSamples(of: 'orders' | 'replaces'): Iterable<readonly [string, number]> {
    for (const word of OUTCOME_WORDS) yield [label('outcome', word), this[of](word)]
  }
}
