/** The evaluation vector of a recorded decision, row by row, with names and limits of the versioned rows. */
import { type ControlRow, controlAt } from '../controls.ts'
import type { Directory } from '../directory.ts'
import type { LimitView } from '../engine-port.ts'
import { isWindowed, nameKindOf } from '../parse/limit.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_ID_MASK, ROW_SOFT, ROW_WAIVED } from '../records/events.ts'
import type { Tape } from '../records/tape.ts'
import {
  LIMIT_ACTIONS,
  LIMIT_MODES,
  type LimitAction,
  type LimitMode,
  OBJECT_KINDS,
  type ObjectKind,
} from '../vocabulary.ts'
import { type Amount, limitAmount, sayAmount, sayWindow, shareOf, useAmount } from './amounts.ts'

/** Finds the version of a limit row that a decision names. */
export type LimitVersions = (row: number) => LimitView | undefined

/** What the words of a row come from. */
export interface RowSources {
  readonly names: Directory
  readonly limitVersion: LimitVersions
  /** Capital that shares are shares of, as it stood in that version of the limits; undefined where it is not known any more. */
  readonly capitalOf: (subject: number, limitsVersion: number) => number | undefined
  readonly sectorOf: (instrument: number) => number
}

/** One evaluated row. */
export interface RowUse {
  readonly control: ControlRow
  /** Versioned id of the row. */
  readonly version: number
  readonly subject: { readonly kind: string; readonly name: string }
  /** What the limit is about besides its subject; name `*` is each of the kind. */
  readonly object: { readonly kind: ObjectKind; readonly name: string } | undefined
  /** Name of the object that the order was judged with; `*` where the row is for each of a kind that is not looked up. */
  readonly objectName: string
  readonly limit: Amount
  /** Stands for the limit where the order only reduces. */
  readonly limitForReducing: Amount | undefined
  readonly before: Amount
  readonly after: Amount
  /** Use after as a share of capital, rounded up; only where the limit is one and the capital is known. */
  readonly afterShare: Amount | undefined
  readonly action: LimitAction
  readonly mode: LimitMode
  /** Over the limit; waived where the row only alerts or is in shadow mode. */
  readonly failed: boolean
  /** The soft level, where the order is over it and not over the limit; waived where a person has confirmed that. */
  readonly softLimit: Amount | undefined
  readonly waived: boolean
  /** Use after and limit as integers, where they count the same; else NaN. */
  readonly headroom: number
  readonly windowUs: number
}

/** Which rows a reader wants: an approve has dozens. `over` is over the limit, or over its soft level. */
export type RowFilter = (over: boolean, controlIndex: number) => boolean

/** The rows behind the OrderDecided at `offset` that the filter takes, in their order. */
export function readRows(
  tape: Tape,
  offset: number,
  sources: RowSources,
  instrument: number,
  wanted: RowFilter,
): RowUse[] {
  const rows = tape.i32[(offset >> 2) + ORDER_DECIDED.at.rows] as number
  const ids = (offset + ORDER_DECIDED.bytes) >> 2
  const before = (offset + ORDER_DECIDED.bytes + (((rows + 1) >> 1) << 3)) >> 3
  const limitsVersion = tape.i32[(offset >> 2) + ORDER_DECIDED.at.limitsVersion] as number
  const found: RowUse[] = []
  for (let row = 0; row < rows; row++) {
    const id = tape.i32[ids + row] as number
    const over = (id & (ROW_FAILED | ROW_SOFT)) !== 0
    const limit = sources.limitVersion(id & ROW_ID_MASK)
    // A row that nobody knows any more cannot be named; its numbers are in the journal all the same.
    if (limit === undefined || !wanted(over, limit.control)) continue
    const use = tape.f64[before + row] as number
    const after = tape.f64[before + rows + row] as number
    const base = isShare(limit) ? sources.capitalOf(limit.subject, limitsVersion) : undefined
    const share = base === undefined ? undefined : shareOf(after, base)
    found.push(readRow(limit, id, use, after, share, sources, instrument))
  }
  return found
}

function readRow(
  limit: LimitView,
  id: number,
  before: number,
  after: number,
  afterShare: Amount | undefined,
  { names, sectorOf }: RowSources,
  instrument: number,
): RowUse {
  const control = controlAt(limit.control)
  const kind = OBJECT_KINDS[limit.objectKind] as ObjectKind
  // A quantity row for each instrument counts in the units of the order's own.
  const object = kind === 'INSTRUMENT' && limit.object < 0 ? instrument : limit.object
  const subject = names.subjectOf(limit.subject)
  const nameKind = nameKindOf(kind)
  const name = nameKind === undefined || limit.object < 0 ? '*' : names.nameOf(nameKind, limit.object)
  const own = kind === 'SECTOR' ? sectorOf(instrument) : kind === 'INSTRUMENT' ? instrument : -1
  const level = (value: number) => limitAmount(control, kind, object, value, names)
  return {
    control,
    version: limit.version,
    subject: { kind: subject?.kind ?? 'FIRM', name: subject?.name ?? `#${limit.subject}` },
    object: nameKind === undefined ? undefined : { kind, name },
    objectName: nameKind !== undefined && name === '*' && own >= 0 ? names.nameOf(nameKind, own) : name,
    limit: level(limit.hard),
    limitForReducing: limit.hardForReducing > limit.hard ? level(limit.hardForReducing) : undefined,
    before: useAmount(control, kind, object, before, names),
    after: useAmount(control, kind, object, after, names),
    afterShare,
    action: LIMIT_ACTIONS[limit.action] as LimitAction,
    mode: LIMIT_MODES[limit.mode] as LimitMode,
    failed: (id & ROW_FAILED) !== 0,
    softLimit: (id & ROW_SOFT) === 0 ? undefined : level(limit.soft),
    waived: (id & ROW_WAIVED) !== 0,
    headroom: isShare(limit) ? Number.NaN : limit.hard - after,
    windowUs: isWindowed(control.code) ? limit.param : 0,
  }
}

/** True where the limit is a share of capital and its use is money. */
function isShare({ control }: LimitView): boolean {
  return controlAt(control).code === 'SECTOR_CONCENTRATION'
}

/** `actual=1200000.00 USD, limit=1000000.00 USD, account=ACC-7`. */
export function sayRow(row: RowUse): string {
  const of = row.control.code === 'SECTOR_CONCENTRATION' ? ' of capital' : ''
  const window = row.windowUs > 0 ? ` in ${sayWindow(row.windowUs)}` : ''
  const money = sayAmount(row.after)
  const actual = row.afterShare === undefined ? money : `${sayAmount(row.afterShare)}${of} (${money})`
  const object = row.object === undefined ? '' : `, ${row.object.kind.toLowerCase()}=${row.objectName}`
  const subject = `${row.subject.kind.toLowerCase()}=${row.subject.name}`
  return `actual=${actual}, limit=${sayAmount(row.limit)}${of}${window}, ${subject}${object}`
}
