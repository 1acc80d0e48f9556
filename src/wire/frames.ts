/** Frames of the lean session: a length of four bytes, little-endian, then so many bytes. */

/** Bytes before a frame's own. */
export const LENGTH_BYTES = 4
/** Most bytes of one frame, of a client and of the gate: some hundred orders. */
export const FRAME_BYTES_MAX = 256 * 1024
/** Pieces that are held one by one: what keeps a piece costs more than a small one holds. */
const PARTS_MAX = 1024

/** Cuts what a connection gives into frames. Holds at most one frame and a chunk. */
export class FrameCutter {
  /** What came of a frame that is not complete: put together once it is, so that a frame in many pieces costs no more than one. */
  #parts: Buffer[] = []
  #length = 0
  /** Bytes that are needed before anything more can be cut. */
  #needed = LENGTH_BYTES

  /**
   * Calls `take` with every frame that is complete now; the bytes may be kept. Returns false where a length is 0 or over
   * the bound: what follows cannot be read any more.
   */
  cut(chunk: Buffer, take: (frame: Buffer) => void): boolean {
    this.#parts.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) {
      if (this.#parts.length >= PARTS_MAX) this.#parts = [Buffer.concat(this.#parts)]
      return true
    }
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts)
    let at = 0
    this.#needed = LENGTH_BYTES
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = bytes.readUInt32LE(at)
      if (length === 0 || length > FRAME_BYTES_MAX) return false
      const end = at + LENGTH_BYTES + length
      if (end > bytes.length) {
        this.#needed = LENGTH_BYTES + length
        break
      }
      take(bytes.subarray(at + LENGTH_BYTES, end))
      at = end
    }
    this.#parts = at === bytes.length ? [] : [at === 0 ? bytes : bytes.subarray(at)]
    this.#length = bytes.length - at
    return true
  }
}

/** The frame of a body. */
export function frameOf(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + body.length)
  frame.writeUInt32LE(body.length, 0)
  frame.set(body, LENGTH_BYTES)
  return frame
}
