/**
 * What goes over the whole state: the hash, the one who saves and the one who loads. Each table shows itself in one method,
 * `visit`, so that nothing can be hashed and forgotten in a snapshot, or the reverse.
 *
 * A table shows every counter and column that its decisions and events hang on, counters first: `used.rows =
 * v.int(used.rows)`, then `v.nums(f, used.rows * SIZE)`. Whoever loads gives back what was saved; the others give back
 * what they were shown. What follows from the rest (an index, a compiled list) is not shown: a table makes it anew where
 * `isLoading`. A table is loaded once, into a state that nothing has happened in.
 */
const enum Tag {
  UNDEFINED = 0,
  NULL = 1,
  FALSE = 2,
  TRUE = 3,
  NUMBER = 4,
  TEXT = 5,
  BIGINT = 6,
  ARRAY = 7,
  INTS = 8,
  SET = 9,
  MAP = 10,
  OBJECT = 11,
  BYTES = 12,
}

type Fields = Record<string, unknown>

export abstract class StateVisitor {
  abstract readonly isLoading: boolean
  /** Key lists of the objects that were shown: each is shown once. */
  readonly #shapes = new Map<string, number>()
  readonly #keys: string[][] = []

  /** A 32-bit integer. */
  abstract int(value: number): number
  abstract num(value: number): number
  /** The words of `count` ints or doubles, which stand in `words`. */
  protected abstract run(words: Int32Array): void

  /** The first `count` values of a column, loaded in place. @throws RangeError where another count was saved */
  ints(values: Int32Array, count: number): void {
    this.#length(count, values.length)
    this.run(values.subarray(0, count))
  }

  nums(values: Float64Array, count: number): void {
    this.#length(count, values.length)
    this.run(new Int32Array(values.buffer, values.byteOffset, count * 2))
  }

  #length(count: number, room: number): void {
    if (this.int(count) !== count || count < 0 || count > room) throw new RangeError('a column has another length')
  }

  text(value: string): string {
    const length = this.int(value.length)
    if (!this.isLoading) {
      for (let at = 0; at < length; at++) this.int(value.charCodeAt(at))
      return value
    }
    let loaded = ''
    for (let at = 0; at < length; at++) loaded += String.fromCharCode(this.int(0))
    return loaded
  }

  /** A list of plain data, loaded in place; as {@link data}. */
  list<T>(list: T[]): void {
    const length = this.int(list.length)
    for (let at = 0; at < length; at++) {
      const item = this.data(list[at] as T)
      if (this.isLoading) list.push(item)
    }
  }

  /** A map of plain data in its order, loaded in place; as {@link data}. */
  map<K, V>(map: Map<K, V>): void {
    if (this.isLoading) {
      const size = this.int(0)
      for (let at = 0; at < size; at++) map.set(this.data(undefined as K), this.data(undefined as V))
      return
    }
    this.int(map.size)
    for (const [key, value] of map) {
      this.data(key)
      this.data(value)
    }
  }

  /** Plain data of any shape, all of it: for what is seldom. Arrays, sets, maps and objects are made anew by a load. */
  data<T>(value: T): T {
    return this.#data(this.isLoading ? undefined : value) as T
  }

  #data(value: unknown): unknown {
    const tag = this.int(this.isLoading ? 0 : tagOf(value))
    switch (tag) {
      case Tag.UNDEFINED:
        return undefined
      case Tag.NULL:
        return null
      case Tag.FALSE:
        return false
      case Tag.TRUE:
        return true
      case Tag.NUMBER:
        return this.num(value as number)
      case Tag.TEXT:
        return this.text((value as string) ?? '')
      case Tag.BIGINT:
        return BigInt(this.text(this.isLoading ? '' : String(value)))
      case Tag.ARRAY:
        return this.#filled((value as unknown[]) ?? [], (list) => this.list(list))
      case Tag.SET:
        return this.#set((value as Set<unknown>) ?? new Set())
      case Tag.MAP:
        return this.#filled((value as Map<unknown, unknown>) ?? new Map(), (map) => this.map(map))
      case Tag.INTS:
        return this.#ints(value as Int32Array)
      case Tag.BYTES:
        return this.#bytes(value as Uint8Array)
      case Tag.OBJECT:
        return this.#object(value as Fields)
      default:
        throw new RangeError(`no plain data has tag ${tag}`)
    }
  }

  #filled<T>(value: T, visit: (value: T) => void): T {
    visit(value)
    return value
  }

  #set(value: Set<unknown>): Set<unknown> {
    const items = [...value]
    this.list(items)
    return this.isLoading ? new Set(items) : value
  }

  #ints(value: Int32Array): Int32Array {
    const length = this.int(this.isLoading ? 0 : value.length)
    const ints = this.isLoading ? new Int32Array(length) : value
    this.run(ints)
    return ints
  }

  /** Bytes that end in the middle of a word are filled up with zeros. */
  #bytes(value: Uint8Array): Uint8Array {
    const length = this.int(this.isLoading ? 0 : value.length)
    const words = new Int32Array(Math.ceil(length / 4))
    const bytes = new Uint8Array(words.buffer, 0, length)
    if (!this.isLoading) bytes.set(value)
    this.run(words)
    return this.isLoading ? bytes : value
  }

  #object(value: Fields): Fields {
    const keys = this.#shape(this.isLoading ? [] : Object.keys(value))
    const object: Fields = this.isLoading ? {} : value
    for (const key of keys) {
      const field = this.#data(object[key])
      if (this.isLoading) object[key] = field
    }
    return object
  }

  #shape(keys: string[]): readonly string[] {
    const known = this.int(this.isLoading ? 0 : (this.#shapes.get(keys.join(' ')) ?? this.#keys.length))
    if (known === this.#keys.length) {
      this.list(keys)
      this.#shapes.set(keys.join(' '), known)
      this.#keys.push(keys)
    }
    const shape = this.#keys[known]
    if (shape === undefined) throw new RangeError('an object has keys that were never shown')
    return shape
  }
}

function tagOf(value: unknown): Tag {
  switch (typeof value) {
    case 'undefined':
      return Tag.UNDEFINED
    case 'boolean':
      return value ? Tag.TRUE : Tag.FALSE
    case 'number':
      return Tag.NUMBER
    case 'string':
      return Tag.TEXT
    case 'bigint':
      return Tag.BIGINT
    case 'object':
      return tagOfObject(value)
    default:
      throw new Error(`a ${typeof value} is no plain data`)
  }
}

function tagOfObject(value: object | null): Tag {
  if (value === null) return Tag.NULL
  if (Array.isArray(value)) return Tag.ARRAY
  if (value instanceof Int32Array) return Tag.INTS
  if (value instanceof Uint8Array) return Tag.BYTES
  if (value instanceof Set) return Tag.SET
  if (value instanceof Map) return Tag.MAP
  if (Object.getPrototypeOf(value) === Object.prototype) return Tag.OBJECT
  throw new Error('an object of a class is no plain data')
}
