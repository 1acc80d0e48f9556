/**
 * The limits without which nothing passes (docs/reference/decision.md §5): the same level for all subjects of a kind,
 * and single rows where a subject differs.
 */
import type { ControlId, LimitDefinition, SubjectName } from './world.ts'

/** B01 in units, the others in the base currency. */
export type MoneyLevels = Readonly<Record<'B01' | 'B02' | 'D03' | 'D05' | 'D02', string>>

export interface MessageLevel {
  readonly hard: string
  readonly windowUs: number
}

export interface LimitLevels {
  /** By kind of subject. */
  readonly money: Readonly<Record<'FIRM' | 'DESK' | 'TRADER' | 'ACCOUNT', MoneyLevels>>
  /** D08, of the firm in any one sector. */
  readonly sectorBps: string
  /** B03 by asset class, of the firm. */
  readonly collarBps: Readonly<Record<string, string>>
  readonly sessionMessages: MessageLevel
  readonly strategyMessages: MessageLevel
}

/** Of a limit in money at which its first, second and third warning stand. */
const WARN_BPS = [7_500, 9_000, 10_000]
const MONEY_CONTROLS = ['B01', 'B02', 'D03', 'D05', 'D02'] as const
const WARNED: readonly ControlId[] = ['D03', 'D05', 'D02']

export interface LimitedNames {
  readonly subjects: readonly SubjectName[]
  readonly firm: string
  readonly session: string
  readonly strategies: readonly string[]
}

export function mandatoryLimits(names: LimitedNames, levels: LimitLevels): LimitDefinition[] {
  const firm = { kind: 'FIRM', name: names.firm } as const
  return [
    ...names.subjects.flatMap((subject) => moneyLimits(subject, levels)),
    { control: 'D08', subject: firm, object: { kind: 'SECTOR' }, hard: levels.sectorBps },
    ...Object.entries(levels.collarBps).map(
      ([name, hard]): LimitDefinition => ({
        control: 'B03',
        subject: firm,
        object: { kind: 'ASSET_CLASS', name },
        hard,
        param: 1,
      }),
    ),
    messageLimit({ kind: 'SESSION', name: names.session }, levels.sessionMessages),
    ...names.strategies.map((name) => messageLimit({ kind: 'STRATEGY', name }, levels.strategyMessages)),
  ]
}

function moneyLimits(subject: SubjectName, { money }: LimitLevels): LimitDefinition[] {
  const { kind } = subject
  if (kind !== 'FIRM' && kind !== 'DESK' && kind !== 'TRADER' && kind !== 'ACCOUNT') return []
  return MONEY_CONTROLS.map((control) => {
    const limit: LimitDefinition = { control, subject, hard: money[kind][control] }
    return WARNED.includes(control) ? { ...limit, warnBps: WARN_BPS } : limit
  })
}

export function messageLimit(subject: SubjectName, { hard, windowUs }: MessageLevel): LimitDefinition {
  return { control: 'C01', subject, hard, param: windowUs }
}

/** Returns the limits with the rows of `others` in place of those with the same key, and the rest of `others` added. */
export function withLimits(limits: readonly LimitDefinition[], others: readonly LimitDefinition[]): LimitDefinition[] {
  const byKey = new Map(limits.map((limit) => [limitKey(limit), limit]))
  for (const other of others) byKey.set(limitKey(other), other)
  return [...byKey.values()]
}

/** What makes two rows the same row: for a message rate the window too. */
export function limitKey({ control, subject, object, param }: LimitDefinition): string {
  const about = object === undefined ? 'NONE' : `${object.kind}:${object.name ?? 'each'}`
  return [control, subject.kind, subject.name, about, control === 'C01' ? param : ''].join('|')
}
