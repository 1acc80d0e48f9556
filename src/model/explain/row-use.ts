/** The evaluation vector of a recorded decision, row by row, with names and limits of the versioned rows. */
import { type ControlRow, controlAt } from '../controls.ts'
import type { Directory } from '../directory.ts'
import type { LimitView } from '../engine-port.ts'
import { nameKindOf } from '../parse/limit.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_ID_MASK, ROW_WAIVED } from '../records/events.ts'
import type { Tape } from '../records/tape.ts'
import {
  LIMIT_ACTIONS,
  LIMIT_MODES,
  type LimitAction,
  type LimitMode,
  OBJECT_KINDS,
  type ObjectKind,
} from '../vocabulary.ts'
import { type Amount, limitAmount, sayAmount, useAmount } from './amounts.ts'

/** Finds the version of a limit row that a decision names. */
export type LimitVersions = (row: number) => LimitView | undefined

/** One evaluated row. */
export interface RowUse {
  readonly control: ControlRow
  /** Versioned id of the row. */
  readonly version: number
  readonly subject: { readonly kind: string; readonly name: string }
  /** What the limit is about besides its subject; name `*` is each of the kind. */
  readonly object: { readonly kind: ObjectKind; readonly name: string } | undefined
  readonly limit: Amount
  /** Stands for the limit where the order only reduces. */
  readonly limitForReducing: Amount | undefined
  readonly before: Amount
  readonly after: Amount
  readonly action: LimitAction
  readonly mode: LimitMode
  /** Over the limit; waived where the row only alerts or is in shadow mode. */
  readonly failed: boolean
  readonly waived: boolean
  /** Use after and limit as integers, where they count the same; else NaN. */
  readonly headroom: number
  readonly windowUs: number
}

/** Which rows a reader wants: an approve has dozens. */
export type RowFilter = (failed: boolean, controlIndex: number) => boolean

/** The rows behind the OrderDecided at `offset` that the filter takes, in their order. */
export function readRows(
  tape: Tape,
  offset: number,
  names: Directory,
  versions: LimitVersions,
  instrument: number,
  wanted: RowFilter,
): RowUse[] {
  const rows = tape.i32[(offset >> 2) + ORDER_DECIDED.at.rows] as number
  const ids = (offset + ORDER_DECIDED.bytes) >> 2
  const before = (offset + ORDER_DECIDED.bytes + (((rows + 1) >> 1) << 3)) >> 3
  const found: RowUse[] = []
  for (let row = 0; row < rows; row++) {
    const id = tape.i32[ids + row] as number
    const failed = (id & ROW_FAILED) !== 0
    const limit = versions(id & ROW_ID_MASK)
    // A row that nobody knows any more cannot be named; its numbers are in the journal all the same.
    if (limit === undefined || !wanted(failed, limit.control)) continue
    const use = tape.f64[before + row] as number
    found.push(readRow(limit, id, use, tape.f64[before + rows + row] as number, names, instrument))
  }
  return found
}

function readRow(
  limit: LimitView,
  id: number,
  before: number,
  after: number,
  names: Directory,
  instrument: number,
): RowUse {
  const control = controlAt(limit.control)
  const kind = OBJECT_KINDS[limit.objectKind] as ObjectKind
  // A quantity row for each instrument counts in the units of the order's own.
  const object = kind === 'INSTRUMENT' && limit.object < 0 ? instrument : limit.object
  const subject = names.subjectOf(limit.subject)
  const nameKind = nameKindOf(kind)
  const level = (value: number) => limitAmount(control, kind, object, value, names)
  return {
    control,
    version: limit.version,
    subject: { kind: subject?.kind ?? 'FIRM', name: subject?.name ?? `#${limit.subject}` },
    object:
      nameKind === undefined
        ? undefined
        : { kind, name: limit.object < 0 ? '*' : names.nameOf(nameKind, limit.object) },
    limit: level(limit.hard),
    limitForReducing: limit.hardForReducing > limit.hard ? level(limit.hardForReducing) : undefined,
    before: useAmount(control, kind, object, before, names),
    after: useAmount(control, kind, object, after, names),
    action: LIMIT_ACTIONS[limit.action] as LimitAction,
    mode: LIMIT_MODES[limit.mode] as LimitMode,
    failed: (id & ROW_FAILED) !== 0,
    waived: (id & ROW_WAIVED) !== 0,
    headroom: control.code === 'SECTOR_CONCENTRATION' ? Number.NaN : limit.hard - after,
    windowUs: control.unit === 'count' ? limit.param : 0,
  }
}

/** `actual=1200000.00 USD, limit=1000000.00 USD, account=ACC-7`. */
export function sayRow(row: RowUse): string {
  const limit = `limit=${sayAmount(row.limit)}${row.control.code === 'SECTOR_CONCENTRATION' ? ' of capital' : ''}`
  const window = row.windowUs > 0 ? `, window=${row.windowUs / 1_000_000} s` : ''
  const object = row.object === undefined ? '' : `, ${row.object.kind.toLowerCase()}=${row.object.name}`
  return `actual=${sayAmount(row.after)}, ${limit}${window}, ${row.subject.kind.toLowerCase()}=${row.subject.name}${object}`
}
