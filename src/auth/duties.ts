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

/** Two duties that one client may not hold together, and why. */
export interface Exclusion {
  readonly duty: Duty
  readonly excludes: Duty
  readonly reason: string
}

/**
 * Whoever sends orders may not also say what they are judged by or what became of them, nor give itself the right. Only of
 * clients: a person has no session and sends no orders.
 */
export const EXCLUSIONS: readonly Exclusion[] = (
  [
    ['quotes:write', 'it would set the prices that its orders are judged at'],
    ['positions:write', 'it would state the positions that its limits count from'],
    ['reference:write', 'it would define the instruments, rates, capital and bindings that its orders are judged by'],
    ['lists:write', 'it would lift its own restrictions and grant itself locates'],
    ['limits:approve', 'it would raise its own limits'],
    ['executions:write', 'it would report its own orders as ended and get their reservations back'],
    ['release:approve', 'it would lift the kill that stops it'],
    ['override:approve', 'it would override its own refusals'],
    ['day:roll', 'it would begin a day when its limits of the day are used up'],
    ['admin', 'it would give itself every other duty'],
  ] as const
).map(([excludes, reason]) => ({ duty: 'orders:write', excludes, reason }))

/** The first exclusion that a bit set meets. */
export function exclusionOf(bits: number): Exclusion | undefined {
  return EXCLUSIONS.find(({ duty, excludes }) => (bits & dutyBit(duty)) !== 0 && (bits & dutyBit(excludes)) !== 0)
}
