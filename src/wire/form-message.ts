/**
 * Reads a message of the contract into the words of its form, as strictly as the REST wire reads JSON: an unknown field,
 * one that is given twice, one of another type, or bytes that are no message are errors. Protobuf would pass over the
 * first and take the last of the second, and then two readers of one order could disagree on what it says.
 */
import { isUtf8 } from 'node:buffer'
import { RequestError } from '../model/errors.ts'
import { emptyWords, type Form, type FormField, type Words } from '../model/parse/form.ts'
import { fieldNumbers } from './contract.ts'

/** Types of fields on the wire. */
const VARINT = 0
const LENGTH_DELIMITED = 2
const VARINT_BYTES_MAX = 10
const TAG_MAX = 0xffff_ffff
const ASCII_END = 0x80
/** Beyond it a text is read by the runtime's own decoder. */
const SHORT_TEXT = 64

export interface FormMessage {
  readonly form: Form
  /** The words of the message in [from, end) of the bytes, or what is wrong with it. */
  read(bytes: Buffer, from: number, end: number): Words | RequestError
}

/** @param lenient passes over what it does not know and takes the first of what is given twice: cancels */
export function formMessage(form: Form, lenient = false): FormMessage {
  const places: number[] = []
  for (const [name, number] of fieldNumbers(form.name)) {
    const place = form.index.get(name)
    if (place === undefined) throw new Error(`the contract's ${form.name}.${name} is no field of the form`)
    places[number] = place
  }
  for (const { name } of form.fields) {
    if (!places.includes(form.index.get(name) as number)) throw new Error(`the contract lacks ${form.name}.${name}`)
  }
  const cursor = new Cursor()

  function read(bytes: Buffer, from: number, end: number): Words | RequestError {
    const words = emptyWords(form)
    cursor.start(bytes, from, end)
    let seen = 0
    while (cursor.at < end) {
      const tag = cursor.tag()
      const place = places[tag >>> 3]
      const type = tag & 7
      const field = place === undefined ? undefined : form.fields[place]
      const value = field === undefined ? cursor.skip(type) : readField(cursor, field, type)
      if (cursor.isBroken) return malformed(form)
      if (value instanceof RequestError) {
        if (lenient) continue
        return value
      }
      if (field === undefined || place === undefined) {
        if (lenient) continue
        return new RequestError('UNKNOWN_FIELD', `${form.name}.${tag >>> 3}`)
      }
      const isList = field.kind === 'texts' || field.kind === 'numbers'
      if (isList) words[field.name] = [...((words[field.name] as readonly string[]) ?? []), value as string]
      else if ((seen & (1 << place)) === 0) words[field.name] = value
      else if (!lenient) return new RequestError('DUPLICATE_KEY', field.name)
      seen |= 1 << place
    }
    const missing = form.requiredMask & ~seen
    if (missing === 0) return words
    return new RequestError('MISSING_FIELD', form.fields[31 - Math.clz32(missing & -missing)]?.name ?? '')
  }

  return { form, read }
}

function readField(cursor: Cursor, field: FormField, type: number): string | boolean | RequestError | undefined {
  if (field.kind === 'flag') {
    if (type !== VARINT) return cursor.skip(type) ?? new RequestError('WRONG_TYPE', field.name)
    const flag = cursor.varint()
    return flag <= 1 ? flag === 1 : new RequestError('WRONG_TYPE', field.name, 'It must be true or false.')
  }
  if (type !== LENGTH_DELIMITED) return cursor.skip(type) ?? new RequestError('WRONG_TYPE', field.name)
  const text = cursor.text()
  return text ?? new RequestError('BAD_CHARACTERS', field.name, 'The text is not UTF-8.')
}

function malformed({ name }: Form): RequestError {
  return new RequestError('MALFORMED_MESSAGE', name)
}

/** A place in the bytes of a message. What does not fit breaks it: nothing that was read then counts. */
export class Cursor {
  at = 0
  isBroken = false
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0

  start(bytes: Buffer, from: number, end: number): void {
    this.#bytes = bytes
    this.at = from
    this.#end = end
    this.isBroken = false
  }

  /** An unsigned integer; 0 and broken where it is none, or none that a double holds. */
  varint(): number {
    let value = 0
    let factor = 1
    for (let read = 0; read < VARINT_BYTES_MAX && this.at < this.#end; read++) {
      const byte = this.#bytes[this.at++] as number
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : this.#break()
      factor *= 0x80
    }
    return this.#break()
  }

  /** Number and type of a field. Beyond 32 bits a reader that cuts them off would take it for another field. */
  tag(): number {
    const tag = this.varint()
    return tag <= TAG_MAX ? tag : this.#break()
  }

  /** Where a length-delimited field ends; the cursor stands at its first byte. */
  span(): number {
    const length = this.varint()
    if (this.isBroken || length > this.#end - this.at) {
      this.#break()
      return this.at
    }
    return this.at + length
  }

  /** A text; undefined where its bytes are not UTF-8. */
  text(): string | undefined {
    const to = this.span()
    if (this.isBroken) return ''
    const begin = this.at
    this.at = to
    if (to - begin > SHORT_TEXT) return this.#decode(begin, to)
    for (let at = begin; at < to; at++) if ((this.#bytes[at] as number) >= ASCII_END) return this.#decode(begin, to)
    return this.#bytes.toString('latin1', begin, to)
  }

  #decode(from: number, to: number): string | undefined {
    const part = this.#bytes.subarray(from, to)
    return isUtf8(part) ? part.toString('utf8') : undefined
  }

  /** Passes over a field of whatever type; a type that protobuf 3 does not have breaks. */
  skip(type: number): undefined {
    if (type === VARINT) this.varint()
    else if (type === LENGTH_DELIMITED) this.at = this.span()
    else if (type === 1 || type === 5) this.#pass(type === 1 ? 8 : 4)
    else this.#break()
  }

  #pass(bytes: number): void {
    if (bytes > this.#end - this.at) this.#break()
    else this.at += bytes
  }

  #break(): number {
    this.isBroken = true
    this.at = this.#end
    return 0
  }
}
