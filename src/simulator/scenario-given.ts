/** How tests speak to a scenario: orders, limits and kills by names. */
import type { CONTROLS } from '../model/controls.ts'
import type { RulePack } from '../model/rules.ts'
import type { LimitAction, LimitMode, OrdType, SessionPhase, Side, TimeInForce } from '../model/vocabulary.ts'
import type { CommandName, ValuesOfCommand } from './commands/command.ts'

/** Reference price of ACME in cents; one share is worth as many ledger units. */
export const PX = 10_000
export const SECOND = 1_000_000
/** 2027-01-15T15:00:00Z. */
export const START_US = 1_800_025_200_000_000

export type ControlCode = (typeof CONTROLS)[number]['code']
/** Fields of a command but those that are stamped. */
export type Given<N extends CommandName> = Partial<Omit<ValuesOfCommand<N>, 'seq' | 'timeUs'>>

/** What sets a firm up: in production its two officers agree on it. */
export const SET_UP: readonly CommandName[] = [
  'Hierarchy',
  'Binding',
  'Instrument',
  'Limit',
  'Capital',
  'Parameter',
  'Position',
  'Calendar',
  'CalendarDay',
  'ZoneTransitions',
  'DayRoll',
]

/** An order by names; what is left out is a plain buy of 100 ACME at 100.00. */
export interface OrderGiven {
  readonly clOrdID?: string
  readonly session?: string
  readonly account?: string
  readonly trader?: string
  readonly strategy?: string
  readonly instrument?: string
  readonly venue?: string
  readonly side?: Side | ''
  readonly ordType?: OrdType | ''
  readonly timeInForce?: TimeInForce | ''
  readonly orderQty?: number
  readonly price?: number
  readonly stopPx?: number
  readonly expireTimeUs?: number
  readonly parentClOrdID?: string
  readonly locate?: number
  readonly confirmSeq?: number
  readonly overrideSeq?: number
  readonly holdUs?: number
  /** In place of the flags that the given prices make. */
  readonly flags?: number
}

/** A parent order, or with a total and lines a basket. */
export interface ParentGiven {
  readonly strategy?: string
  readonly account?: string
  readonly side?: Side
  readonly orderQty?: number
  readonly notional?: number
  readonly lines?: number
  readonly expireTimeUs?: number
}

export interface ReplaceGiven {
  readonly clOrdID?: string
  readonly session?: string
  readonly orderQty?: number
  readonly price?: number
  readonly stopPx?: number
  readonly flags?: number
}

export interface LimitGiven {
  /** Kind and name of the object, as INSTRUMENT:ACME; a star is "each". */
  readonly on?: string
  readonly param?: number
  readonly phase?: SessionPhase
  readonly action?: LimitAction
  readonly mode?: LimitMode
  readonly hardForReducing?: number
  readonly soft?: number
  readonly warn?: readonly number[]
  /** enforceOnResting. */
  readonly enforce?: boolean
}

/** Scopes of a kill by name, side 0 buys and 1 sells. */
export interface KillGiven {
  readonly entity?: string
  readonly client?: string
  readonly desk?: string
  readonly trader?: string
  readonly account?: string
  readonly strategy?: string
  readonly sessionScope?: string
  readonly instrument?: string
  readonly underlying?: string
  readonly assetClass?: string
  readonly sector?: string
  readonly venue?: string
  readonly side?: number
}

export interface ScenarioOptions {
  readonly rules?: RulePack
  /** With 2 there is an account B1 in entity E2, so that desk D1, both traders and both strategies span entities. */
  readonly entities?: 1 | 2
  /** What the genesis record says otherwise: profile, officers. */
  readonly genesis?: Given<'Genesis'>
}
