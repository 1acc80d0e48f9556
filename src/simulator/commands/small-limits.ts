/**
 * The small world's first limits: every control and every kind of object has a row somewhere, wide enough to begin with.
 */
import { OBJECT_KINDS, type ObjectKind } from '../../model/vocabulary.ts'
import * as rows from '../twin/rows.ts'
import type { ValuesOfCommand } from './command.ts'
import type { Script } from './script.ts'
import type { World } from './small-world.ts'

type LimitGiven = Partial<Omit<ValuesOfCommand<'Limit'>, 'seq' | 'timeUs' | 'control' | 'subject' | 'hard'>>

export interface LimitObject {
  readonly objectKind: number
  readonly object: number
}

export const NO_OBJECT: LimitObject = { objectKind: 0, object: -1 }

export function objectOf(kind: ObjectKind, id = -1): LimitObject {
  return { objectKind: OBJECT_KINDS.indexOf(kind), object: id }
}

export function limit(script: Script, control: number, subject: number, hard: number, more: LimitGiven = {}): void {
  const warns = { warn1Bps: 5_000, warn2Bps: 8_000, warn3Bps: 9_500 }
  script.send('Limit', { control, subject, hard, ...NO_OBJECT, ...warns, ...more })
}

/** Of 10^-2 dollars. */
const MILLION = 100_000_000
const SECOND = 1_000_000
const ENFORCED = 0
const ALERT = 1
const SHADOW = { mode: 1 }

/** Hard levels that let everything through, for the mandatory rows and the others alike. */
export function setWideLimits(script: Script, world: World): void {
  const firm = 0
  const { entities, clients, desks, traders, accounts, strategies, sessions } = world
  const holders = [firm, ...entities, ...clients, ...desks, ...traders, ...accounts, ...strategies]
  for (const subject of holders) {
    for (const control of [rows.D03, rows.D05, rows.D02]) limit(script, control, subject, 40 * MILLION)
    limit(script, rows.B01, subject, 1_000_000)
    limit(script, rows.B02, subject, 5 * MILLION)
    limit(script, rows.C05, subject, 200)
  }
  for (const session of sessions) {
    limit(script, rows.C01, session, 200, { param: SECOND })
    limit(script, rows.C01, session, 2_000, { param: 60 * SECOND })
    limit(script, rows.D03, session, 90 * MILLION)
    limit(script, rows.D06, session, 60 * MILLION)
    limit(script, rows.C05, session, 300)
  }
  for (const strategy of strategies) limit(script, rows.C01, strategy, 200, { param: SECOND })
  limit(script, rows.C01, firm, 1_000, { param: 5 * SECOND, action: ALERT })
  setCollars(script, world)
  setObjectLimits(script, world)
  for (const subject of [firm, ...entities, clients[0] as number]) {
    script.send('Capital', { subject, amount: 90 * MILLION, floor: 50 * MILLION, asOfUs: script.timeUs })
    limit(script, rows.D08, subject, 6_000, objectOf('SECTOR'))
  }
  limit(script, rows.D08, firm, 5_000, objectOf('SECTOR', world.sectors[0]))
}

function setCollars(script: Script, { assetClasses, traders, accounts, instruments }: World): void {
  const [equity, , future] = assetClasses as [number, number, number]
  limit(script, rows.B03, 0, 400, { ...objectOf('ASSET_CLASS'), param: 3 })
  limit(script, rows.B03, 0, 250, { ...objectOf('ASSET_CLASS', equity), param: 2 })
  limit(script, rows.B03, 0, 150, { ...objectOf('ASSET_CLASS', future), param: 60 })
  limit(script, rows.B03, traders[0] as number, 200, objectOf('INSTRUMENT', instruments[0]?.id))
  for (const [phase, bps] of [
    [1, 300],
    [2, 60],
    [4, 90],
  ] as const) {
    limit(script, rows.B03, 0, bps, { ...objectOf('ASSET_CLASS'), phase })
    limit(script, rows.B03, traders[0] as number, bps * 2, { ...objectOf('INSTRUMENT'), phase })
  }
  limit(script, rows.B03, 0, 45, { ...objectOf('ASSET_CLASS', equity), param: 4, phase: 2 })
  limit(script, rows.B03, accounts[1] as number, 20, { action: ALERT })
}

/** Rows for one object, for each of a kind, alerting ones and ones in shadow mode. */
function setObjectLimits(script: Script, world: World): void {
  const { clients, desks, traders, accounts, strategies, venues, sectors, assetClasses, instruments, sessions } = world
  const [stock, lot] = instruments.map(({ id }) => id) as [number, number]
  for (const account of accounts) {
    limit(script, rows.D05, account, 30 * MILLION, objectOf('INSTRUMENT'))
    limit(script, rows.C05, account, 60, objectOf('INSTRUMENT'))
    limit(script, rows.D06, account, 30 * MILLION, { hardForReducing: 35 * MILLION })
    limit(script, rows.B01, account, 5_000, objectOf('INSTRUMENT', stock))
    limit(script, rows.D01L, account, 50_000_000_000, objectOf('INSTRUMENT'))
    limit(script, rows.D01S, account, 2_000, objectOf('INSTRUMENT', stock))
  }
  for (const trader of traders) {
    limit(script, rows.D06, trader, 25 * MILLION, objectOf('SECTOR'))
    limit(script, rows.D03, trader, 30 * MILLION, objectOf('ASSET_CLASS'))
    limit(script, rows.B09, trader, 3, { param: SECOND / 2 })
    limit(script, rows.D01S, trader, 50_000_000_000, objectOf('INSTRUMENT'))
    limit(script, rows.D04, trader, 20 * MILLION, { hardForReducing: 30 * MILLION })
  }
  for (const desk of desks) {
    limit(script, rows.D02, desk, 25 * MILLION, objectOf('UNDERLYING'))
    limit(script, rows.D02, desk, 20 * MILLION, objectOf('SECTOR', sectors[0]))
  }
  for (const strategy of strategies) {
    limit(script, rows.D03, strategy, 40 * MILLION, objectOf('VENUE'))
    limit(script, rows.C05, strategy, 80, objectOf('VENUE', venues[1]))
  }
  for (const client of clients) limit(script, rows.B02, client, 4 * MILLION, objectOf('ASSET_CLASS', assetClasses[0]))
  limit(script, rows.D05, 0, 60 * MILLION, { ...objectOf('INSTRUMENT', lot), action: ALERT })
  limit(script, rows.D02, 0, 30 * MILLION, { ...objectOf('ASSET_CLASS'), ...SHADOW })
  limit(script, rows.D03, 0, 90 * MILLION, { hardForReducing: 95 * MILLION, action: ENFORCED })
  limit(script, rows.D01L, 0, 9_000, objectOf('INSTRUMENT', stock))
  for (const { id, lot: lots } of instruments) {
    script.send('Adv', { instrument: id, qty: lots * 20_000, days: 20 })
  }
  limit(script, rows.B07, 0, 3_000, objectOf('ASSET_CLASS'))
  limit(script, rows.B07, accounts[0] as number, 1_500, objectOf('INSTRUMENT', stock))
  limit(script, rows.B08, traders[1] as number, 4_000, objectOf('INSTRUMENT'))
  limit(script, rows.B08, 0, 9_000, { ...objectOf('INSTRUMENT', stock), action: ALERT })
  for (const strategy of strategies) {
    limit(script, rows.C03, strategy, 25)
    limit(script, rows.C03, strategy, 60, { ...objectOf('INSTRUMENT'), param: 1 })
    limit(script, rows.B04, strategy, 80, { ...objectOf('INSTRUMENT'), param: 2 * SECOND })
    limit(script, rows.C06, strategy, 14, { param: 2 * SECOND })
  }
  limit(script, rows.C06, sessions[1] as number, 4, { param: SECOND, action: ALERT })
  limit(script, rows.C03, accounts[0] as number, 9, { ...SHADOW, ...objectOf('INSTRUMENT', stock) })
  limit(script, rows.E05, 0, 300_000, { param: 1, action: ALERT })
  limit(script, rows.E05, traders[2] as number, 500_000, { param: 1 })
  limit(script, rows.E05, accounts[1] as number, 200_000, { param: 3 })
  limit(script, rows.E05, desks[0] as number, 20_000, { action: ALERT })
  limit(script, rows.B16, strategies[1] as number, 2 * SECOND)
  limit(script, rows.B16, accounts[2] as number, SECOND, objectOf('INSTRUMENT'))
  limit(script, rows.B12, 0, 3 * MILLION)
  limit(script, rows.D04, 0, 60 * MILLION, objectOf('SECTOR'))
  limit(script, rows.B09, sessions[0] as number, 5, { param: 2 * SECOND, action: ALERT })
}
