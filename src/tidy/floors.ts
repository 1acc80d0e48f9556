/**
 * Who may import whom: the table of the architecture's floors as data, and the rules that hold the code to it.
 * The compiler guards the pure floors too; this table also guards those that share one compiler project.
 */
import { posix } from 'node:path'
import { type Finding, importsOf, type SourceFile } from './source-text.ts'

const anything = 'anything'

/** One row per folder of `src/`. A new folder is a decision: it needs its row here and in the architecture. */
export const mayImport: Readonly<Record<string, readonly string[] | typeof anything>> = {
  model: [],
  engine: ['model'],
  rules: ['model'],
  surveillance: ['model'],
  report: ['model'],
  sequencer: ['model', 'engine', 'rules'],
  journal: ['model', 'sequencer'],
  store: ['model', 'report'],
  replay: ['model', 'engine', 'rules', 'journal'],
  auth: ['model'],
  wire: ['model'],
  gateway: ['model', 'sequencer', 'auth', 'wire'],
  office: ['model', 'journal', 'replay', 'store', 'surveillance', 'report', 'auth'],
  client: ['model', 'wire'],
  // The side of a venue, which has its key: no client may know how a token is checked.
  adapter: ['model', 'wire', 'auth', 'client'],
  // The demo is both sides: a desk, and the venue behind its adapter.
  floor: ['model', 'client', 'adapter'],
  simulator: anything,
  cli: anything,
  tidy: anything,
  'main.ts': anything,
}

/** The floors that are a function of their input: no clock, no chance, no I/O and no package. */
export const pureFloors: readonly string[] = ['model', 'engine', 'rules', 'surveillance', 'report']

/** Returns the first folder under `src/`, `main.ts` for the entry point, and undefined outside `src/`. */
export function floorOf(path: string): string | undefined {
  return path.startsWith('src/') ? path.split('/')[1] : undefined
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

export function isPure(path: string): boolean {
  return pureFloors.includes(floorOf(path) ?? '') && !isTest(path)
}

/** A floor imports only the floors of its row; a pure floor imports no package; every floor has a row. */
export function importsBelow(file: SourceFile): readonly Finding[] {
  const floor = floorOf(file.path)
  if (floor === undefined) return []
  if (!Object.hasOwn(mayImport, floor)) {
    return [{ path: file.path, line: 1, message: `src/${floor} has no row in src/tidy/floors.ts` }]
  }
  const allowed = mayImport[floor]
  if (allowed === undefined || allowed === anything || isTest(file.path)) return []
  return importsOf(file).flatMap(({ specifier, line }) => {
    const problem = importProblem(file.path, floor, allowed, specifier)
    return problem === undefined ? [] : [{ path: file.path, line, message: problem }]
  })
}

function importProblem(path: string, floor: string, allowed: readonly string[], specifier: string) {
  if (!specifier.startsWith('.')) {
    return isPure(path) ? `${floor} is pure and imports no package, not even '${specifier}'` : undefined
  }
  const target = resolveImport(path, specifier)
  const targetFloor = floorOf(target)
  if (targetFloor === floor || (targetFloor !== undefined && allowed.includes(targetFloor) && !isTest(target))) return
  const may = allowed.length === 0 ? 'nothing' : allowed.join(', ')
  return `${floor} may import ${may}; '${specifier}' is ${targetFloor === undefined ? 'outside src' : targetFloor}`
}

/** Files may not import each other in a circle, types included. Each circle is reported once, at its first file. */
export function noCycles(files: readonly SourceFile[]): readonly Finding[] {
  const edges = new Map(files.map((file) => [file.path, importedPaths(file)]))
  const done = new Set<string>()
  const findings: Finding[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const circle = [...trail.slice(start), path].join(' -> ')
      findings.push({ path, line: 1, message: `imports itself in a circle: ${circle}` })
    } else if (!done.has(path)) {
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
  }
  for (const path of [...edges.keys()].sort()) visit(path, [])
  return findings
}

function importedPaths(file: SourceFile): readonly string[] {
  const relative = importsOf(file).filter(({ specifier }) => specifier.startsWith('.'))
  return [...new Set(relative.map(({ specifier }) => resolveImport(file.path, specifier)))]
}

function resolveImport(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier)
}
