/**
 * One column of a table of records of ints: index it with where the record begins. To V8 it is an array with an address of
 * its own and the length of its sisters, so that one compare checks all fields of a record, and no sum is made. `last` is
 * the last column of the record that is read so.
 */
export function columnOf(records: Int32Array, column: number, last: number): Int32Array {
  return new Int32Array(records.buffer, records.byteOffset + column * 4, records.length - last)
}
