/** What every command record opens with, and how its layout is made: for the files that declare commands. */
import { type Field, f64, i32, layout } from './schema.ts'

const OPENING = [
  f64('seq', 'seq', 'Place in the stream; stamped by the sequencer.'),
  f64('timeUs', 'timeUs', 'Sequencer time, never decreasing.'),
  i32('session', 'id', 'SESSION subject that sent it; -1 for the gate itself and for people.'),
  i32('principal', 'id', 'PRINCIPAL that sent it; -1 for the gate itself.'),
] as const

/** Layout of a command: the opening fields, then its own. */
export function command<const F extends readonly Field[]>(
  type: number,
  version: number,
  name: string,
  doc: string,
  own: F,
) {
  return layout(type, version, name, doc, [...OPENING, ...own] as const)
}
