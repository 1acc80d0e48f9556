/** A running gate as the player uses it: every request stamped with the day's time, every refused row an error. */
import { parseDecimal } from '../../model/numbers.ts'
import type { ExposureAnswer, RowAnswer } from '../client/answers.ts'
import type { GateClient } from '../client/gate-client.ts'
import type { DayClock } from './day-clock.ts'
import type { GateExposure } from './exposure-proof.ts'
import type { ReplayGate } from './replay-day.ts'

/** A quote that the gate keeps out, or holds back until it is confirmed, has been judged all the same. */
const JUDGED = ['CROSSED_QUOTE', 'QUOTE_QUARANTINED']

export class RowRefused extends Error {
  override readonly name = 'RowRefused'
}

export function restReplayGate(client: GateClient, clock: DayClock, ledgerDecimals: number): ReplayGate {
  return {
    newOrder: (body, timeUs) => client.newOrder(body, clock.at(timeUs)),
    cancel: (body, timeUs) => client.cancel(body, clock.at(timeUs)),
    executions: async (bodies, timeUs) => {
      checked('an execution', await client.executions(bodies, clock.at(timeUs)))
    },
    quotes: async (bodies, timeUs) => checked('a quote', await client.quotes(bodies, clock.at(timeUs))),
    heartbeat: async (timeUs) => checked('a heartbeat', [await client.heartbeat(clock.at(timeUs))])[0] ?? 0,
    phase: async (body, timeUs) => {
      checked('a phase', [await client.phase(body, clock.at(timeUs))])
    },
    exposures: async () => {
      const { exposures } = await client.exposures()
      return exposures.map((exposure) => inLedgerUnits(exposure, ledgerDecimals))
    },
  }
}

/** Returns the gate's times of rows that it took. @throws RowRefused */
function checked(what: string, answers: readonly RowAnswer[]): number[] {
  const refused = answers.find(({ applied, code }) => !applied && !JUDGED.includes(code))
  if (refused !== undefined) throw new RowRefused(`the gate refuses ${what}: ${refused.code}: ${refused.text}`)
  return answers.map(({ timeUs }) => timeUs)
}

function inLedgerUnits(exposure: ExposureAnswer, decimals: number): GateExposure {
  const money = (text: string) => {
    const units = parseDecimal(text, decimals)
    if (typeof units === 'string') throw new Error(`${exposure.subject}: ${text} is no money: ${units}`)
    return BigInt(units)
  }
  const { subject, gross, long, short, net, executed, open, openOrders } = exposure
  return {
    ...{ subject, openOrders, gross: money(gross), long: money(long), short: money(short), net: money(net) },
    ...{ executed: money(executed), open: money(open) },
  }
}
