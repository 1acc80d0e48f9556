/**
 * Small typed arrays with memory of their own. V8 keeps one of up to 64 bytes inside its object, where a collection may move
 * it; only memory that never moves has an address that the optimised code can hold.
 */
export function scratchNums(length: number): Float64Array {
  return new Float64Array(new ArrayBuffer(length * 8))
}

export function scratchInts(length: number): Int32Array {
  return new Int32Array(new ArrayBuffer(length * 4))
}
