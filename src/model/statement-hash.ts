/**
 * The hash of a position statement, which its sender states and the engine computes again: FNV-1a of 64 bits over the
 * lines of symbol, qty, trader and strategy with a tab between and a line feed behind, in the order of the rows. qty in plain notation without
 * trailing zeros; trader and strategy empty where a row names none. All characters are ASCII.
 */
const BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** Hash of a statement without rows. */
export const NO_ROWS_HASH = BASIS

export function rowLine(symbol: string, qty: string, trader: string, strategy: string): string {
  return `${symbol}\t${qty}\t${trader}\t${strategy}\n`
}

/** The hash of a statement with one more row. */
export function withRow(hash: bigint, line: string): bigint {
  let next = hash
  for (let at = 0; at < line.length; at++) {
    next = BigInt.asUintN(64, (next ^ BigInt(line.charCodeAt(at) & 0xff)) * PRIME)
  }
  return next
}

/** The two words of a hash as records hold them. */
export function hashWords(hash: bigint): { readonly hash0: number; readonly hash1: number } {
  return { hash0: Number(BigInt.asIntN(32, hash)), hash1: Number(BigInt.asIntN(32, hash >> 32n)) }
}

/** 16 hex digits. */
export function hashText(hash0: number, hash1: number): string {
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
  return hex(hash1) + hex(hash0)
}
