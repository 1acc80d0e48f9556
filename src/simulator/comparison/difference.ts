/**
 * A difference between the engine and an oracle, said so that a person can begin to look.
 */
import { type Command, inWords } from '../commands/command.ts'

export class Difference extends Error {
  readonly field: string

  constructor(given: Command | undefined, field: string, engine: unknown, twin: unknown) {
    const where = given === undefined ? 'at the end' : `seq ${given.values.seq}, ${inWords(given)}`
    super(`${where}\n  ${field}: engine ${shown(engine)}, twin ${shown(twin)}`)
    this.name = 'Difference'
    this.field = field
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : inner)) ?? 'nothing'
}

/** Throws unless an engine's number is the twin's whole number: NaN, fractions and minus zero never are. */
export function same(given: Command | undefined, field: string, engine: unknown, twin: unknown): void {
  const expected = typeof twin === 'bigint' ? Number(twin) : twin
  if (!Object.is(engine, expected)) throw new Difference(given, field, engine, twin)
}
