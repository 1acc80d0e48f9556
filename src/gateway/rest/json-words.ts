/**
 * Reads a JSON body by its form, in one pass: syntax, duplicate keys, unknown fields and types are checked while the
 * words are taken out. Numbers stay the text that was sent, so no digit is lost before the decimals are known. Nothing
 * is stored under a key that the form does not name, so no key reaches a prototype.
 *
 * Why not a library: docs/decisions/0013-own-json-reader.md.
 */
import { RequestError } from '../../model/errors.ts'
import { emptyWords, type Form, type FormField, type Words, type WordsOf } from '../../model/parse/form.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Fields that are compared before a key is looked up. */
const KEYS_TRIED = 3
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

/** The words of one object; the fault of the first thing that is wrong. */
export function readObject<F extends Form>(text: string, form: F): WordsOf<F> | RequestError {
  // The reader gives each field of the form, and no other, in the kind that the form says.
  return reader.object(text, form) as WordsOf<F> | RequestError
}

/** The words of one object, or of each object of an array of at most `rowsMax`. */
export function readRows(text: string, form: Form, rowsMax: number): readonly Words[] | RequestError {
  return reader.rows(text, form, rowsMax)
}

class JsonReader {
  #text = ''
  #at = 0
  /** Row under reading, -1 outside an array. */
  #row = -1
  #fault: RequestError | undefined

  object(text: string, form: Form): Words | RequestError {
    this.#start(text)
    const words = this.#object(form)
    return this.#end() ?? words
  }

  rows(text: string, form: Form, rowsMax: number): readonly Words[] | RequestError {
    this.#start(text)
    if (this.#peek() !== OPEN_ARRAY) {
      const words = this.#object(form)
      return this.#end() ?? [words]
    }
    this.#at++
    const rows: Words[] = []
    if (this.#peek() === CLOSE_ARRAY) return new RequestError('TOO_MANY_ROWS', '', 'The array is empty.')
    for (this.#row = 0; ; this.#row++) {
      if (this.#row >= rowsMax) return new RequestError('TOO_MANY_ROWS', '', `At most ${rowsMax} rows a request.`)
      rows.push(this.#object(form))
      if (this.#fault !== undefined) return this.#fault
      const next = this.#peek()
      this.#at++
      if (next === CLOSE_ARRAY) break
      if (next !== COMMA) return this.#malformed('a comma or the end of the array')
    }
    return this.#end() ?? rows
  }

  #start(text: string): void {
    this.#text = text
    this.#at = 0
    this.#row = -1
    this.#fault = undefined
  }

  /** The fault, also of anything but blanks behind the value. Lets go of the text. */
  #end(): RequestError | undefined {
    if (this.#fault === undefined && !Number.isNaN(this.#peek())) this.#malformed('the end of the body')
    this.#text = ''
    return this.#fault
  }

  #object(form: Form): Words {
    const words = emptyWords(form)
    if (this.#peek() !== OPEN_OBJECT) {
      if (this.#isValueStart()) this.#fail('WRONG_TYPE', '', 'The body is an object, or an array of objects.')
      else this.#malformed('an object')
      return words
    }
    this.#at++
    let seen = 0
    let given = 0
    let expected = 0
    if (this.#peek() === CLOSE_OBJECT) this.#at++
    else {
      for (;;) {
        if (this.#peek() !== QUOTE) return this.#stop(words, 'a key in quotes')
        const place = this.#key(form, expected)
        if (place < 0) return words
        expected = place + 1
        const key = (form.fields[place] as FormField).name
        if (this.#peek() !== COLON) return this.#stop(words, 'a colon')
        this.#at++
        const bit = 1 << place
        if ((seen & bit) !== 0) {
          this.#fail('DUPLICATE_KEY', key)
          return words
        }
        seen |= bit
        const value = this.#value(form.fields[place] as FormField)
        if (this.#fault !== undefined) return words
        if (value !== undefined) {
          words[key] = value
          given |= bit
        }
        const next = this.#peek()
        this.#at++
        if (next === CLOSE_OBJECT) break
        if (next !== COMMA) return this.#stop(words, 'a comma or the end of the object')
      }
    }
    const missing = form.requiredMask & ~given
    if (missing !== 0) {
      const first = form.fields[31 - Math.clz32(missing & -missing)] as FormField
      this.#fail('MISSING_FIELD', first.name)
    }
    return words
  }

  /**
   * Place of the key under the cursor, -1 and a fault where the form has none. Most senders write the fields in the
   * form's order and leave some out, so the next few are compared in place before the key is cut out and looked up.
   */
  #key(form: Form, expected: number): number {
    const text = this.#text
    const start = this.#at + 1
    const { fields } = form
    for (let place = expected; place < expected + KEYS_TRIED && place < fields.length; place++) {
      const { name } = fields[place] as FormField
      if (text.charCodeAt(start + name.length) === QUOTE && text.startsWith(name, start)) {
        this.#at = start + name.length + 1
        return place
      }
    }
    const key = this.#string()
    if (this.#fault !== undefined) return -1
    const place = form.index.get(key)
    if (place === undefined) this.#fail('UNKNOWN_FIELD', key.slice(0, 64), `${form.name} has no such field.`)
    return place ?? -1
  }

  /** The word of a field; undefined for null, which is "not given". */
  #value(field: FormField): string | boolean | readonly string[] | undefined {
    const first = this.#peek()
    switch (field.kind) {
      case 'text':
        if (first === QUOTE) return this.#string()
        break
      case 'number':
        if (first === QUOTE) return this.#string()
        if (isNumberStart(first)) return this.#number(field.name)
        break
      case 'flag':
        if (this.#word('true')) return true
        if (this.#word('false')) return false
        break
      case 'json':
        if (first === OPEN_OBJECT) return this.#raw()
        break
      default:
        if (first === OPEN_ARRAY) return this.#list(field)
    }
    if (this.#word('null')) return undefined
    if (this.#isValueStart()) this.#fail('WRONG_TYPE', field.name, `It must be ${JSON_TYPES[field.kind]}.`)
    else this.#malformed('a JSON value', field.name)
    return undefined
  }

  /** The text of the object under the cursor: its own form reads it later, and finds what else is wrong with it. */
  #raw(): string {
    const start = this.#at
    let depth = 0
    do {
      const char = this.#peek()
      if (char === QUOTE) this.#string()
      else if (Number.isNaN(char)) this.#malformed('the end of the object')
      else {
        if (char === OPEN_OBJECT) depth++
        if (char === CLOSE_OBJECT) depth--
        this.#at++
      }
    } while (depth > 0 && this.#fault === undefined)
    return this.#text.slice(start, this.#at)
  }

  #list(field: FormField): readonly string[] {
    const words: string[] = []
    this.#at++
    if (this.#peek() === CLOSE_ARRAY) {
      this.#at++
      return words
    }
    for (;;) {
      const first = this.#peek()
      if (first === QUOTE) words.push(this.#string())
      else if (field.kind === 'numbers' && isNumberStart(first)) words.push(this.#number(field.name))
      else if (this.#isValueStart()) this.#fail('WRONG_TYPE', field.name, `It must be ${JSON_TYPES[field.kind]}.`)
      else this.#malformed('a JSON value', field.name)
      if (words.length > (field.most ?? 0)) this.#fail('TOO_MANY_ROWS', field.name, `At most ${field.most} entries.`)
      if (this.#fault !== undefined) return words
      const next = this.#peek()
      this.#at++
      if (next === CLOSE_ARRAY) return words
      if (next !== COMMA) {
        this.#malformed('a comma or the end of the array', field.name)
        return words
      }
    }
  }

  /** Skips blanks and returns the next character, NaN at the end. */
  #peek(): number {
    const text = this.#text
    for (;;) {
      const char = text.charCodeAt(this.#at)
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return char
      this.#at++
    }
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #isValueStart(): boolean {
    const char = this.#peek()
    if (char === QUOTE || char === OPEN_OBJECT || char === OPEN_ARRAY || isNumberStart(char)) return true
    return ['true', 'false', 'null'].some((word) => this.#text.startsWith(word, this.#at))
  }

  #string(): string {
    const text = this.#text
    const start = this.#at + 1
    for (let at = start; ; at++) {
      const char = text.charCodeAt(at)
      if (char === QUOTE) {
        this.#at = at + 1
        return text.slice(start, at)
      }
      if (char === BACKSLASH) return this.#escapedString(start, at)
      // NaN, the end of the text, is not at least 0x20 either.
      if (!(char >= 0x20)) {
        this.#at = at
        this.#malformed('a closed string without control characters')
        return ''
      }
    }
  }

  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text
    let value = text.slice(start, firstEscape)
    for (let at = firstEscape; ; ) {
      const char = text.charCodeAt(at)
      if (char === QUOTE) {
        this.#at = at + 1
        return value
      }
      if (char === BACKSLASH) {
        const letter = text.charAt(at + 1)
        const hex = letter === 'u' ? HEX4.exec(text.slice(at + 2, at + 6)) : null
        const plain = letter === '' ? undefined : ESCAPES[letter]
        if (hex !== null) {
          value += String.fromCharCode(Number.parseInt(hex[0], 16))
          at += 6
          continue
        }
        if (plain !== undefined) {
          value += plain
          at += 2
          continue
        }
      } else if (char >= 0x20) {
        value += text.charAt(at)
        at++
        continue
      }
      this.#at = at
      this.#malformed('a string with the escapes of JSON')
      return ''
    }
  }

  #number(field: string): string {
    NUMBER.lastIndex = this.#at
    const found = NUMBER.exec(this.#text)
    if (found === null) {
      this.#malformed('a number as JSON writes it', field)
      return ''
    }
    this.#at += found[0].length
    return found[0]
  }

  #stop(words: Words, expected: string): Words {
    this.#malformed(expected)
    return words
  }

  #malformed(expected: string, field = ''): RequestError {
    return this.#fail('MALFORMED_JSON', field, `Expected ${expected} at character ${this.#at}.`)
  }

  #fail(code: RequestError['code'], field: string, text?: string): RequestError {
    const path = this.#row < 0 ? field : field === '' ? `[${this.#row}]` : `[${this.#row}].${field}`
    this.#fault ??= new RequestError(code, path, text)
    return this.#fault
  }
}

/** One reader for ever: reading is synchronous and keeps nothing. */
const reader = new JsonReader()

const JSON_TYPES: Readonly<Record<FormField['kind'], string>> = {
  text: 'a string',
  number: 'a decimal, as a string or a number',
  flag: 'true or false',
  texts: 'an array of strings',
  numbers: 'an array of numbers',
  json: 'an object',
}
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const HEX4 = /^[0-9a-fA-F]{4}$/
const ESCAPES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function isNumberStart(char: number): boolean {
  return char === 0x2d || (char >= 0x30 && char <= 0x39)
}
