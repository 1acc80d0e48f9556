/** Limit rows in the sentences of alerts: names, amounts with their units, shares in percent. */
import { controlAt } from '../../model/controls.ts'
import type { LimitView } from '../../model/engine-port.ts'
import { type Amount, limitAmount, useAmount } from '../../model/explain/amounts.ts'
import { MAX } from '../../model/numbers.ts'
import { nameKindOf } from '../../model/parse/limit.ts'
import { OBJECT_KINDS, type ObjectKind } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'

export interface Named {
  readonly kind: string
  readonly name: string
}

/** The subject of a limit row, a latch or a statement. */
export function subjectNamed({ directory }: Gate, subject: number): Named {
  return directory.subjectOf(subject) ?? { kind: 'FIRM', name: `#${subject}` }
}

/** What a row is about besides its subject; `*` is each of the kind. */
export function objectNamed({ directory }: Gate, { objectKind, object }: LimitView): Named | undefined {
  const kind = OBJECT_KINDS[objectKind] as ObjectKind
  const nameKind = nameKindOf(kind)
  if (nameKind === undefined) return undefined
  return { kind, name: object < 0 ? '*' : directory.nameOf(nameKind, object) }
}

/** `account ACC-7`. */
export function say({ kind, name }: Named): string {
  return `${kind.toLowerCase().replaceAll('_', ' ')} ${name}`
}

/** `daily gross limit`, with its object where it has one. */
export function sayLimit(gate: Gate, limit: LimitView): string {
  const object = objectNamed(gate, limit)
  const name = controlAt(limit.control).code.toLowerCase().replaceAll('_', ' ')
  return `${name} limit${object === undefined ? '' : ` for ${say(object)}`}`
}

/** `4,565,000.00 of 5,000,000.00 USD`. */
export function sayUse({ directory }: Gate, limit: LimitView, use: number): string {
  const control = controlAt(limit.control)
  const kind = OBJECT_KINDS[limit.objectKind] as ObjectKind
  const used = useAmount(control, kind, limit.object, use, directory)
  const level = limitAmount(control, kind, limit.object, limit.hard, directory)
  return sayOf(used, level)
}

export function sayOf(used: Amount, level: Amount): string {
  const unit = used.unit === level.unit ? '' : ` ${used.unit}`
  return `${grouped(used.text)}${unit} of ${grouped(level.text)} ${level.unit}`
}

/** `91.3 %`, rounded down; undefined of a limit that has no share: none, zero, or in another unit than its use. */
export function sayShare(limit: LimitView, use: number): string | undefined {
  if (limit.hard <= 0 || limit.hard === MAX || controlAt(limit.control).code === 'SECTOR_CONCENTRATION')
    return undefined
  const tenths = (BigInt(Math.trunc(use)) * 1_000n) / BigInt(limit.hard)
  return `${tenths / 10n}.${tenths % 10n} %`
}

/** Thousands apart: `4565000.00` as `4,565,000.00`. */
function grouped(text: string): string {
  const point = text.indexOf('.')
  const whole = point < 0 ? text : text.slice(0, point)
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',') + text.slice(whole.length)
}
