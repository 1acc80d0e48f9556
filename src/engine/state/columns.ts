/**
 * One column of a table of records: index it with where the record begins. To V8 it is an array with an address of its own and
 * the length of its sisters, so that one compare checks all fields of a record, and no sum is made. `last` is the last column
 * of the record that is read so.
 */
export function columnOf(records: Int32Array, column: number, last: number): Int32Array {
  return new Int32Array(records.buffer, records.byteOffset + column * 4, records.length - last)
}

/** The same of a table of doubles. */
export function numsColumnOf(records: Float64Array, column: number, last: number): Float64Array {
  return new Float64Array(records.buffer, records.byteOffset + column * 8, records.length - last)
}
