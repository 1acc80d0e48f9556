/**
 * The limit rows of every list, side by side in the order in which an order walks them: what the walk reads of a row is
 * copied here, so that a list of six rows is two cache lines and not twelve. Derived from the limits, never hashed.
 *
 * Lists stand in blocks of a power of two; a block that a list has outgrown is used again.
 */

/** Places of the smallest block. */
const LEAST = 4
const NONE = -1

export class PackedRows {
  /** CALM of the row, its versioned id, its slot and its control, by place. */
  readonly calm: Float64Array
  readonly id: Int32Array
  readonly slot: Int32Array
  readonly control: Int32Array
  /** The places of one slot: a row for "each" object stands in the list of each. */
  readonly #first: Int32Array
  readonly #next: Int32Array
  readonly #previous: Int32Array
  /** First free block by log2 of its size; the link stands in `slot` of its first place. */
  readonly #free = new Int32Array(32).fill(NONE)
  #end = 0

  constructor(places: number, slots: number) {
    this.calm = new Float64Array(places)
    this.id = new Int32Array(places)
    this.slot = new Int32Array(places)
    this.control = new Int32Array(places)
    this.#first = new Int32Array(slots).fill(NONE)
    this.#next = new Int32Array(places)
    this.#previous = new Int32Array(places)
  }

  /** True where one more row might not fit: one command can at most double every list. */
  get isFull(): boolean {
    return this.#end * 4 > this.slot.length
  }

  /** Moves a list to `rows` of slots; returns where it stands now. `at` and `count` are where it stood, count 0 if nowhere. */
  place(rows: Int32Array, at: number, count: number): number {
    for (let place = at; place < at + count; place++) this.#unlink(place)
    const size = sizeOf(rows.length)
    const before = sizeOf(count)
    let start = at
    if (size !== before) {
      if (before > 0) this.#release(at, before)
      start = size > 0 ? this.#take(size) : 0
    }
    for (let place = 0; place < rows.length; place++) this.#link(start + place, rows[place]!)
    return start
  }

  /** Copies a row to one place. */
  copy(place: number, calm: number, id: number, control: number): void {
    this.calm[place] = calm
    this.id[place] = id
    this.control[place] = control
  }

  /** Copies what changed of a row to every place where it stands. */
  refresh(slot: number, calm: number, id: number, control: number): void {
    for (let place = this.#first[slot]!; place !== NONE; place = this.#next[place]!) this.copy(place, calm, id, control)
  }

  #link(place: number, slot: number): void {
    const first = this.#first[slot]!
    this.slot[place] = slot
    this.#next[place] = first
    this.#previous[place] = NONE
    if (first !== NONE) this.#previous[first] = place
    this.#first[slot] = place
  }

  #unlink(place: number): void {
    const next = this.#next[place]!
    const previous = this.#previous[place]!
    if (next !== NONE) this.#previous[next] = previous
    if (previous !== NONE) this.#next[previous] = next
    else this.#first[this.slot[place]!] = next
  }

  #take(size: number): number {
    const list = Math.log2(size)
    const free = this.#free[list]!
    if (free !== NONE) {
      this.#free[list] = this.slot[free]!
      return free
    }
    const start = this.#end
    this.#end += size
    if (this.#end > this.slot.length) throw new Error('places of limit rows are used up: should have been refused')
    return start
  }

  #release(at: number, size: number): void {
    const list = Math.log2(size)
    this.slot[at] = this.#free[list]!
    this.#free[list] = at
  }
}

/** Places of the block that a list of `count` rows stands in; an empty list stands in none. */
function sizeOf(count: number): number {
  if (count === 0) return 0
  let size = LEAST
  while (size < count) size *= 2
  return size
}
