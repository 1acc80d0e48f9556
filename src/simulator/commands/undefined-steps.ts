/** What no version knows: a flag, or an index of a closed set, in a command that was well formed before. */
import { type CommandName, fieldsOf } from './command.ts'
import type { Step } from './order-steps.ts'

/** What carries other commands, and what stands once at the beginning, is left to tests of its own. */
const LEFT_OUT: readonly CommandName[] = ['Propose', 'ProposalLine', 'Genesis']
/** One of the last so many commands is sent again. */
const LOOKED_BACK = 60

export const sayUndefined: Step = (script, _, dice) => {
  const recent = script.commands.slice(-LOOKED_BACK).filter(({ name }) => !LEFT_OUT.includes(name))
  const isClosed = ({ unit }: { readonly unit: string }) => unit === 'flags' || unit === 'code'
  const closed = recent.filter(({ name }) => fieldsOf(name).some(isClosed))
  if (closed.length === 0) return
  const given = dice.of(closed)
  const field = dice.of(fieldsOf(given.name).filter(isClosed))
  const before = (given.values as Readonly<Record<string, unknown>>)[field.name] as number
  const value = field.unit === 'flags' ? before | dice.of([64, 128, 1 << 30, 1 << 31]) : dice.of([-2, 99, 1 << 30])
  const { seq: _seq, timeUs: _timeUs, ...values } = given.values
  const id = 'clOrdID' in values ? { clOrdID: script.freshId('U') } : {}
  script.send(given.name, { ...values, ...id, [field.name]: value } as never)
}
