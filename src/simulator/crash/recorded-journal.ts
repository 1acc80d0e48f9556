/** A journal read to its end, decoded: what a gate that is gone has left of each command. */
import { JournalReader } from '../../journal/journal-reader.ts'
import { isCommandAt, layoutOfType } from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import type { Command } from '../commands/command.ts'

export interface RecordedEvent {
  readonly name: string
  readonly values: Readonly<Record<string, number | string>>
}

export interface Entry {
  readonly command: Command
  readonly events: readonly RecordedEvent[]
}

export interface RecordedJournal {
  /** Entry of sequence number n at n - 1. */
  readonly entries: readonly Entry[]
  readonly tornBytes: number
}

/** Reads the folder's journal. Throws JournalDamage where it is not whole. */
export function readRecorded(directory: string): RecordedJournal {
  const reader = new JournalReader(directory)
  const entries: Entry[] = []
  for (const { tape, start, end } of reader.blocks()) {
    let events: RecordedEvent[] = []
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      const record = recordAt(tape, at)
      if (isCommandAt(tape, at)) {
        events = []
        entries.push({ command: record as unknown as Command, events })
      } else events.push(record)
    }
  }
  const { tornUntil, offset } = reader.end
  return { entries, tornBytes: tornUntil === undefined ? 0 : tornUntil - offset }
}

function recordAt(tape: Tape, at: number): RecordedEvent {
  const layout = layoutOfType(typeAt(tape, at))
  if (layout === undefined) throw new Error(`no record has the type ${typeAt(tape, at)}`)
  return { name: layout.name, values: decode(tape, at, layout) }
}

export function eventNamed({ events }: Entry, name: string): RecordedEvent | undefined {
  return events.find((event) => event.name === name)
}
