/** Ids to names, as the stream itself defines them: what a reader of records needs and an engine would know. */
import { CONTROLS } from '../model/controls.ts'
import { GENESIS, HIERARCHY, INSTRUMENT, LIMIT, LOCATE } from '../model/records/commands.ts'
import { APPLIED, ROW_ID_MASK } from '../model/records/events.ts'
import { decode, type RecordOf } from '../model/records/schema.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import {
  LIMIT_ACTIONS,
  LIMIT_MODES,
  NAME_KINDS,
  type NameKind,
  OBJECT_KINDS,
  SUBJECT_KINDS,
} from '../model/vocabulary.ts'

type LimitValues = RecordOf<typeof LIMIT>

/** A limit row as its command set it. */
export interface KnownRow {
  /** Id of the control, `#index` where this build has none. */
  readonly control: string
  readonly controlIndex: number
  readonly subject: string
  /** With its kind: `TRADER:TRADER-8`. */
  readonly subjectInFull: string
  /** Index in OBJECT_KINDS, and the id of that kind. */
  readonly objectKind: number
  readonly objectId: number
  /** What the row is about besides its subject; '' for nothing. */
  readonly object: string
  readonly hard: number
  /** 0: as hard. */
  readonly hardForReducing: number
  /** C01, B09: window in microseconds. */
  readonly param: number
  /** It refuses nothing: it only alerts, or is in shadow mode. */
  readonly isAlert: boolean
}

/** Why an order passed a row that it is over: the row refuses nothing, or two people have overridden it. */
export function waivedWord(row: KnownRow | undefined): string {
  return row === undefined || row.isAlert ? 'ALERT' : 'OVERRIDDEN'
}

export class StreamNames {
  /** The eight subject kinds share one id space; the others have one each. */
  readonly #names = new Map<string, string>()
  readonly #subjectKinds = new Map<number, NameKind>()
  readonly #locates = new Map<number, string>()
  readonly #rows = new Map<number, KnownRow>()

  /** Learns from a command and the Applied event behind it. Every Applied of the stream must be shown, in order. */
  learn(tape: Tape, command: number, applied: number): void {
    const { id } = decode(tape, applied, APPLIED)
    const type = typeAt(tape, command)
    if (type === GENESIS.type) return this.#genesis(decode(tape, command, GENESIS))
    if (id < 0) return
    if (type === HIERARCHY.type) {
      const { kind, name } = decode(tape, command, HIERARCHY)
      const nameKind = NAME_KINDS[kind]
      if (nameKind !== undefined) this.#names.set(keyOf(nameKind, id), name)
      if (nameKind !== undefined && kind < SUBJECT_KINDS) this.#subjectKinds.set(id, nameKind)
    } else if (type === INSTRUMENT.type) {
      this.#names.set(keyOf('INSTRUMENT', id), decode(tape, command, INSTRUMENT).symbol)
    } else if (type === LOCATE.type) this.#locates.set(id, decode(tape, command, LOCATE).locateID)
    else if (type === LIMIT.type) this.#rows.set(id & ROW_ID_MASK, this.#row(decode(tape, command, LIMIT)))
  }

  /** The name of an id, `#id` where the stream has not defined it. */
  nameOf(kind: NameKind | 'SUBJECT', id: number): string {
    return this.#names.get(keyOf(kind, id)) ?? `#${id}`
  }

  /** A subject with its kind: `TRADER:TRADER-8`. */
  subjectOf(id: number): string {
    const kind = this.#subjectKinds.get(id)
    return kind === undefined ? this.nameOf('SUBJECT', id) : `${kind}:${this.nameOf('SUBJECT', id)}`
  }

  locateOf(id: number): string {
    return this.#locates.get(id) ?? `#${id}`
  }

  rowOf(id: number): KnownRow | undefined {
    return this.#rows.get(id & ROW_ID_MASK)
  }

  /** An id of the kind that OBJECT_KINDS gives the index of; -1 is each. */
  objectOf(objectKind: number, id: number): string {
    const kind = OBJECT_KINDS[objectKind]
    if (kind === undefined || kind === 'NONE') return ''
    if (id === -1) return `each ${kind}`
    return this.nameOf(kind === 'UNDERLYING' ? 'INSTRUMENT' : kind, id)
  }

  /** Genesis defines the first id of three kinds, and two people. */
  #genesis({ firm, baseCurrency, officer1, officer2 }: RecordOf<typeof GENESIS>): void {
    this.#names.set(keyOf('FIRM', 0), firm)
    this.#subjectKinds.set(0, 'FIRM')
    this.#names.set(keyOf('SECTOR', 0), 'UNCLASSIFIED')
    this.#names.set(keyOf('CURRENCY', 0), baseCurrency)
    if (officer1 === '') return
    this.#names.set(keyOf('PRINCIPAL', 0), officer1)
    this.#names.set(keyOf('PRINCIPAL', 1), officer2)
  }

  #row({ control, subject, objectKind, object, hard, hardForReducing, param, action, mode }: LimitValues): KnownRow {
    return {
      control: CONTROLS[control]?.id ?? `#${control}`,
      controlIndex: control,
      subject: this.nameOf('SUBJECT', subject),
      subjectInFull: this.subjectOf(subject),
      object: this.objectOf(objectKind, object),
      ...{ objectKind, objectId: object, hard, hardForReducing, param },
      isAlert: LIMIT_ACTIONS[action] === 'ALERT' || LIMIT_MODES[mode] === 'SHADOW',
    }
  }
}

function keyOf(kind: NameKind | 'SUBJECT', id: number): string {
  const isSubject = kind === 'SUBJECT' || NAME_KINDS.indexOf(kind) < SUBJECT_KINDS
  return `${isSubject ? 'SUBJECT' : kind} ${id}`
}
