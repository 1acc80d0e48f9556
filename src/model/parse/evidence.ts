/**
 * What is kept as evidence, and may refuse no command: a kill with a strange reason is a kill, and a fill with a long
 * execID was executed. What a record cannot hold is written so that it can.
 */
import { ID_CHARS, TEXT_CHARS } from '../bounds.ts'

const NOT_LATIN = /[^\x20-\x7e\xa0-\xff]/gu
const NOT_ASCII = /[^\x20-\x7e]/gu
/** Stands at the end of a text that was cut. */
const CUT = '...'
const HASH_DIGITS = 16
const HEAD_CHARS = ID_CHARS - HASH_DIGITS - 1
/** FNV-1a of 64 bits: offset basis and prime. */
const FNV_BASIS = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/** A free text: `?` stands for each character that is not printable Latin-1; what is too long is cut and ends in `...`. */
export function evidenceText(text: string): string {
  const held = text.replace(NOT_LATIN, '?')
  return held.length <= TEXT_CHARS ? held : held.slice(0, TEXT_CHARS - CUT.length) + CUT
}

/**
 * An id that another system made: as it is where the record can hold it, else its first 23 characters (`?` for what is
 * not printable ASCII), `~`, and 16 hex digits of FNV-1a over its UTF-16 code units, low byte first. The same id
 * always has the same form, so a repeat and a reference find it.
 */
export function evidenceID(id: string): string {
  const held = id.replace(NOT_ASCII, '?')
  if (held === id && id.length <= ID_CHARS) return id
  let hash = FNV_BASIS
  for (let at = 0; at < id.length * 2; at++) {
    const byte = (id.charCodeAt(at >> 1) >> ((at & 1) * 8)) & 0xff
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME)
  }
  return `${held.slice(0, HEAD_CHARS)}~${hash.toString(16).padStart(HASH_DIGITS, '0')}`
}
