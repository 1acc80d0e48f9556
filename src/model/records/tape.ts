/**
 * The tape: one growing run of bytes that commands are written to, decided on, and journaled from without a copy.
 * Little-endian on every machine that Portcullis runs on; `assertLittleEndian` says so at start.
 */

/** Bytes before the first field of every record: type and version (u16 each), then the length in bytes (u32). */
export const HEADER_BYTES = 8

/**
 * Views over one buffer. `end` is the byte offset where the next record goes; records start at multiples of 8.
 * `f64[offset / 8]` and `i32[offset / 4]` address the same bytes.
 */
export class Tape {
  // `declare`: a field that were written twice, first undefined, would have its kind checked at each use.
  declare readonly buffer: ArrayBuffer
  declare readonly f64: Float64Array
  declare readonly i32: Int32Array
  declare readonly u8: Uint8Array
  end = 0

  constructor(buffer: ArrayBuffer) {
    if (buffer.byteLength % 8 !== 0) throw new RangeError(`a tape's size must be a multiple of 8: ${buffer.byteLength}`)
    this.buffer = buffer
    this.f64 = new Float64Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.u8 = new Uint8Array(buffer)
  }

  static ofBytes(bytes: number): Tape {
    return new Tape(new ArrayBuffer(bytes))
  }

  get roomBytes(): number {
    return this.buffer.byteLength - this.end
  }
}

/** Starts a zeroed record of `bytes` at the tape's end and moves the end behind it. Returns the record's offset. */
export function beginRecord(tape: Tape, type: number, version: number, bytes: number): number {
  const offset = tape.end
  const end = (offset + bytes) | 0
  const f64 = tape.f64
  if (end > f64.length * 8) throw new RangeError('the tape is full')
  // A loop beats fill() for the few dozen words of a record; the header, its first double, is written below.
  for (let at = (offset >> 3) + 1, last = end >> 3; at < last; at++) f64[at] = 0
  const i32 = tape.i32
  i32[offset >> 2] = type | (version << 16)
  i32[(offset >> 2) + 1] = bytes
  tape.end = end
  return offset
}

/** The record type at `offset`. */
export function typeAt(tape: Tape, offset: number): number {
  return (tape.i32[offset >> 2] as number) & 0xffff
}

/** The record version at `offset`. */
export function versionAt(tape: Tape, offset: number): number {
  return (tape.i32[offset >> 2] as number) >>> 16
}

/** The length in bytes of the record at `offset`, header included. */
export function lengthAt(tape: Tape, offset: number): number {
  return tape.i32[(offset >> 2) + 1] as number
}

/** Writes `text` (U+0000 to U+00FF, zero-padded, at most `width` characters) at byte offset `at`. */
export function writeText(tape: Tape, at: number, width: number, text: string): void {
  if (text.length > width) throw new RangeError(`a text of ${text.length} does not fit ${width} bytes`)
  const u8 = tape.u8
  for (let i = 0; i < width; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0
    if (code > 255) throw new RangeError('a recorded text holds Latin-1 characters only')
    u8[at + i] = code
  }
}

/** Reads the zero-padded text of at most `width` bytes at byte offset `at`. */
export function readText(tape: Tape, at: number, width: number): string {
  const u8 = tape.u8
  let text = ''
  for (let i = 0; i < width; i++) {
    const code = u8[at + i] as number
    if (code === 0) break
    text += String.fromCharCode(code)
  }
  return text
}

/** Throws where typed arrays are not little-endian: the journal's bytes would not be the documented ones. */
export function assertLittleEndian(): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) throw new Error('Portcullis needs a little-endian machine')
}
