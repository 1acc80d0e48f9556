/** Compares the gate's exposure, subject by subject and to the last cent, with the recomputation. */
import { formatDecimal } from '../../model/numbers.ts'
import type { Disagreement, ExposureProof, SubjectExposure } from './day-outcome.ts'
import type { Exposure } from './recompute-exposure.ts'

/** The gate's own numbers of a subject, by kind and name. Money in ledger units. */
export type GateExposure = Omit<SubjectExposure, 'limits'> & { readonly long: bigint; readonly short: bigint }

const NOTHING: Exposure = { gross: 0n, long: 0n, short: 0n, executed: 0n, open: 0n, openOrders: 0 }
const MONEY = ['gross', 'long', 'short', 'net', 'executed', 'open'] as const

export class ProofKeeper {
  readonly #ledgerDecimals: number
  readonly #checks: string[] = []
  readonly #disagreements: Disagreement[] = []
  #compared = 0

  constructor(ledgerDecimals: number) {
    this.#ledgerDecimals = ledgerDecimals
  }

  /** A subject that one side does not know counts as nothing there. @param at the moment, in words */
  check(at: string, gate: readonly GateExposure[], recomputed: ReadonlyMap<string, Exposure>): void {
    this.#checks.push(at)
    const bySubject = new Map(gate.map((exposure) => [exposure.subject, exposure]))
    for (const subject of new Set([...bySubject.keys(), ...recomputed.keys()])) {
      this.#compare(at, subject, bySubject.get(subject), recomputed.get(subject) ?? NOTHING)
    }
  }

  proof(): ExposureProof {
    return { checks: this.#checks, compared: this.#compared, disagreements: this.#disagreements }
  }

  #compare(at: string, subject: string, gate: GateExposure | undefined, recomputed: Exposure): void {
    const own = { ...recomputed, net: netOf(recomputed) }
    const differ = (field: string, theirs: string, ours: string) => {
      this.#compared++
      if (theirs !== ours) this.#disagreements.push({ at, subject, field, gate: theirs, recomputed: ours })
    }
    for (const field of MONEY) differ(field, this.#text(gate?.[field] ?? 0n), this.#text(own[field]))
    differ('openOrders', String(gate?.openOrders ?? 0), String(own.openOrders))
  }

  #text(money: bigint): string {
    return formatDecimal(Number(money), this.#ledgerDecimals)
  }
}

/** Inside one legal entity: the larger absolute end. The demo firm has one. */
export function netOf({ long, short }: Exposure): bigint {
  const absolute = (money: bigint) => (money < 0n ? -money : money)
  return absolute(long) > absolute(short) ? absolute(long) : absolute(short)
}
