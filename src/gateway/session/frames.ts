/** Frames of the lean session: a length of four bytes, little-endian, then so many bytes. */

/** Bytes before a frame's own. */
export const LENGTH_BYTES = 4
/** Most bytes of one frame of a client: some hundred orders. */
export const FRAME_BYTES_MAX = 256 * 1024

/** Cuts what a connection gives into frames. Holds at most one frame and a chunk. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0)

  /**
   * Calls `take` with every frame that is complete now; the bytes may be kept. Returns false where a length is 0 or over
   * the bound: what follows cannot be read any more.
   */
  cut(chunk: Buffer, take: (frame: Buffer) => void): boolean {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = bytes.readUInt32LE(at)
      if (length === 0 || length > FRAME_BYTES_MAX) return false
      const end = at + LENGTH_BYTES + length
      if (end > bytes.length) break
      take(bytes.subarray(at + LENGTH_BYTES, end))
      at = end
    }
    this.#rest = at === 0 ? bytes : bytes.subarray(at)
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
