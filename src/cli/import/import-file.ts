/**
 * A file of limits, reference data or positions, read strictly into the bodies that the gate's routes take. Every fault is
 * found at once, each with its line; a file with one is not imported at all.
 *
 * CSV has a line of field names first, and a column `path` where the rows are not all of the route that the kind is named
 * for; an empty cell is a field that is not given, the entries of a list stand between blanks. YAML has the rows under the name of their route.
 */
import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import { readObject } from '../../gateway/rest/json-words.ts'
import { RequestError } from '../../model/errors.ts'
import type { Form, FormField, Words } from '../../model/parse/form.ts'
import { readCsv } from './csv.ts'
import { type Body, IMPORT_PATHS, type ImportKind, type ImportPath } from './import-kinds.ts'

export interface ImportRow {
  readonly path: string
  readonly line: number
  /** As the route takes it. */
  readonly body: Body
}

export interface Fault {
  readonly line: number
  readonly text: string
}

export interface ImportFile {
  /** In the order in which the gate must get them. */
  readonly rows: readonly ImportRow[]
  readonly faults: readonly Fault[]
}

type Format = 'csv' | 'yaml'

/** By the end of the name; undefined where it says neither. */
export function formatOf(file: string): Format | undefined {
  if (/\.csv$/i.test(file)) return 'csv'
  return /\.ya?ml$/i.test(file) ? 'yaml' : undefined
}

export function readImport(kind: ImportKind, source: string, format: Format): ImportFile {
  const reader = new ImportReader(kind)
  if (format === 'csv') reader.csv(source)
  else reader.yaml(source)
  return reader.end()
}

class ImportReader {
  readonly #paths: readonly ImportPath[]
  /** Route of rows that name none; '' where each must. */
  readonly #usual: string
  readonly #rows: ImportRow[] = []
  readonly #faults: Fault[] = []
  /** Line of the row that said the same before. */
  readonly #keys = new Map<string, number>()

  constructor(kind: ImportKind) {
    this.#paths = IMPORT_PATHS[kind]
    this.#usual = this.#pathNamed(kind)?.path ?? ''
  }

  csv(source: string): void {
    const read = readCsv(source)
    if ('fault' in read) return this.#fail(read.line, read.fault)
    const [head, ...rows] = read
    if (head === undefined) return
    const { line, cells: columns } = head
    const known = ['path', ...this.#paths.flatMap(({ form }) => form.fields.map(({ name }) => name))]
    for (const [at, column] of columns.entries()) {
      if (!known.includes(column))
        this.#fail(line, `column ${at + 1}, ${column === '' ? 'without name' : column}, is no field`)
      else if (columns.indexOf(column) !== at) this.#fail(line, `column ${column} stands twice`)
    }
    if (this.#usual === '' && !columns.includes('path')) this.#fail(line, `a column path is missing: ${this.#names()}`)
    if (this.#faults.length > 0) return
    for (const { line: at, cells } of rows) {
      if (cells.length !== columns.length) this.#fail(at, `${cells.length} cells, and ${columns.length} columns`)
      else this.#csvRow(at, new Map(columns.map((column, place) => [column, cells[place] as string])))
    }
  }

  #csvRow(line: number, cells: ReadonlyMap<string, string>): void {
    const name = cells.get('path') ?? this.#usual
    const to = this.#pathNamed(name)
    if (to === undefined) return this.#fail(line, `path: ${name === '' ? 'nothing' : name} is none of ${this.#names()}`)
    const body: Record<string, string | boolean | readonly string[]> = {}
    for (const [column, cell] of cells) {
      if (column === 'path' || cell === '') continue
      const field = to.form.fields.find((one) => one.name === column)
      if (field === undefined) return this.#fail(line, `${column}: ${to.path} has no such field`)
      if (field.kind !== 'flag') body[column] = field.kind.endsWith('s') ? cell.split(' ') : cell
      else if (cell === 'true' || cell === 'false') body[column] = cell === 'true'
      else return this.#fail(line, `${column}: ${cell} is not true or false`)
    }
    this.#take(line, to, body)
  }

  yaml(source: string): void {
    const lines = new LineCounter()
    const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, strict: true, version: '1.2' })
    const lineOf = (node: ParsedNode | null) => lines.linePos(node?.range[0] ?? 0).line
    for (const { pos, message } of [...document.errors, ...document.warnings])
      this.#fail(lines.linePos(pos[0]).line, message)
    if (this.#faults.length > 0) return
    const { contents } = document
    if (!isMap<ParsedNode, ParsedNode | null>(contents)) return this.#fail(1, `rows stand under ${this.#names()}`)
    for (const { key, value } of contents.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const to = this.#pathNamed(name)
      if (to === undefined) this.#fail(lineOf(key), `${name} is none of ${this.#names()}`)
      else if (!isSeq<ParsedNode>(value)) this.#fail(lineOf(value ?? key), `${name} is a list of rows`)
      else for (const row of value.items) this.#yamlRow(lineOf(row), to, row)
    }
  }

  #yamlRow(line: number, to: ImportPath, row: ParsedNode): void {
    if (!isMap<ParsedNode, ParsedNode | null>(row)) return this.#fail(line, 'a row has fields')
    const body: Record<string, string | boolean | readonly string[]> = {}
    for (const { key, value } of row.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const field = to.form.fields.find((one) => one.name === name)
      if (field === undefined) return this.#fail(line, `${name}: ${to.path} has no such field`)
      const word = wordOf(field, value)
      if (word === undefined) return this.#fail(line, `${name}: ${wants(field)}`)
      body[name] = word
    }
    this.#take(line, to, body)
  }

  /** Judges a row as the gate would that knows every name. */
  #take(line: number, to: ImportPath, body: Body): void {
    const words = wordsOf(body, to.form)
    const fault = words instanceof RequestError ? words : to.faultOf(words)
    if (fault !== undefined)
      return this.#fail(line, `${fault.field === '' ? '' : `${fault.field}: `}${fault.code}: ${fault.text}`)
    const key = JSON.stringify([to.path, ...to.aboutOf(body)])
    const before = this.#keys.get(key)
    if (before !== undefined) return this.#fail(line, `line ${before} is about the same`)
    this.#keys.set(key, line)
    const { path, rowsOf } = to.inFull ?? { path: to.path, rowsOf: (row: Body) => [row] }
    for (const row of rowsOf(body)) this.#rows.push({ path, line, body: row })
  }

  end(): ImportFile {
    const place = new Map(this.#paths.map(({ path }, at) => [path, at]))
    const rows = [...this.#rows].sort((a, b) => (place.get(a.path) as number) - (place.get(b.path) as number))
    if (rows.length === 0 && this.#faults.length === 0) this.#fail(1, 'there is no row')
    return { rows, faults: [...this.#faults].sort((a, b) => a.line - b.line) }
  }

  #pathNamed(name: string): ImportPath | undefined {
    return this.#paths.find(({ path }) => path === name || path === `/${name}`)
  }

  #names(): string {
    return this.#paths.map(({ path }) => path.slice(1)).join(', ')
  }

  #fail(line: number, text: string): void {
    this.#faults.push({ line, text })
  }
}

function wordsOf(body: Body, form: Form): Words | RequestError {
  return readObject(JSON.stringify(body), form)
}

/** The value of a field; undefined where it is of another kind. */
function wordOf(field: FormField, node: ParsedNode | null): Body[string] | undefined {
  if (field.kind === 'texts' || field.kind === 'numbers') {
    if (!isSeq<ParsedNode>(node)) return undefined
    const words = node.items.map((item) => scalarWord(field.kind === 'texts' ? 'text' : 'number', item))
    return words.every((word) => word !== undefined) ? (words as string[]) : undefined
  }
  return scalarWord(field.kind, node)
}

function scalarWord(kind: 'text' | 'number' | 'flag', node: ParsedNode | null): string | undefined
function scalarWord(kind: FormField['kind'], node: ParsedNode | null): string | boolean | undefined
function scalarWord(kind: FormField['kind'], node: ParsedNode | null): string | boolean | undefined {
  if (!isScalar(node)) return undefined
  const { value, source } = node
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined
  if (typeof value === 'string') return value
  // The digits that were written: as a number 0.10 would lose its last one.
  return kind === 'number' && typeof value === 'number' ? source : undefined
}

function wants({ kind }: FormField): string {
  if (kind === 'flag') return 'true or false'
  if (kind === 'texts' || kind === 'numbers') return 'a list'
  return kind === 'number' ? 'a number' : 'a text; what looks like a number or a truth stands in quotes'
}
