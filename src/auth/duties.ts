/** Duties as a bit set (bit i for DUTIES[i]) and as the scope of a token. */
import { DUTIES, type Duty } from '../model/vocabulary.ts'

/** Bit of a duty. */
export function dutyBit(duty: Duty): number {
  return 1 << DUTIES.indexOf(duty)
}

/** Bits of duties; throws for a word that is none. */
export function dutyBits(duties: readonly string[]): number {
  let bits = 0
  for (const duty of duties) {
    const at = (DUTIES as readonly string[]).indexOf(duty)
    if (at < 0) throw new RangeError(`no duty is called ${duty}`)
    bits |= 1 << at
  }
  return bits
}

/** Bits of a scope: words between blanks. Words that are no duty are left out. */
export function scopeBits(scope: string): number {
  return dutyBits(scope.split(' ').filter((word) => (DUTIES as readonly string[]).includes(word)))
}

/** The scope of a bit set. */
export function scopeOf(bits: number): string {
  return DUTIES.filter((_, at) => (bits & (1 << at)) !== 0).join(' ')
}

const ORDERS = dutyBit('orders:write')
/** What prices, positions and names are may not be said by whoever is judged by them. */
const NEVER_WITH_ORDERS = dutyBits(['quotes:write', 'positions:write', 'reference:write'])

/** True where one client may not hold these duties together. */
export function areIncompatible(bits: number): boolean {
  return (bits & ORDERS) !== 0 && (bits & NEVER_WITH_ORDERS) !== 0
}
