/**
 * Pages that say which test shows what: a table whose last column, "Shown by", names tests as
 * `[label](../../src/x.test.ts) "title"`, or says "Not applicable:" or "Not built:" and why. A name that is not there is a finding,
 * and so is a row with neither.
 */
import { posix } from 'node:path'
import type { Finding, SourceFile } from './source-text.ts'

/** A row of such a table. */
export interface ProofRow {
  readonly line: number
  readonly cells: readonly string[]
  readonly tests: readonly NamedTest[]
  /** What stands behind "Not applicable:" or "Not built:", empty where neither does. */
  readonly excuse: string
}

export interface NamedTest {
  /** From the root of the repository. */
  readonly path: string
  readonly title: string
}

const LAST_COLUMN = 'Shown by'
const NAMED = /\[[^\]]+\]\(([^)\s]+\.test\.ts)\) "([^"]+)"/g
const EXCUSE = /Not (?:applicable|built): ([^"[\]]+)$/
/** Fewer words than these say no reason. */
const EXCUSE_WORDS_MIN = 4

/** What opens a test at the start of a line: a call with a title, in some files of their own with a number before it. */
const OPENS_TEST = /^[ \t]*(\w+)\(\s*(?:(\d+),\s*)?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`\\]*)`)/gm
const OPENERS: Readonly<Record<string, (title: string, row: string) => string>> = {
  ...Object.fromEntries(
    ['test', 'scenario', 'people', 'overSequences', 'limitTable', 'machineTable', 'twoEntities'].map((name) => [
      name,
      (title: string) => title,
    ]),
  ),
  failure: (title) => `failure matrix: ${title}`,
  wrong: (title, row) => `where home-made gates go wrong #${row}: ${title}`,
}

/** Titles of the tests that a file opens with a literal; what a template fills in stands as three dots. */
export function titlesOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(OPENS_TEST)].flatMap(([, opener = '', row = '', single, double, template]) => {
    const literal = (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1').replace(/\$\{[^}]*\}/g, '...')
    const title = OPENERS[opener]?.(literal, row)
    return title === undefined ? [] : [title]
  })
}

/** Rows of all tables of the page that end in "Shown by". */
export function proofRows(page: SourceFile): readonly ProofRow[] {
  const rows: ProofRow[] = []
  let isProof = false
  for (const [index, text] of page.text.split('\n').entries()) {
    if (!text.startsWith('|')) {
      isProof = false
      continue
    }
    const cells = text
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (cells.at(-1) === LAST_COLUMN) isProof = true
    else if (isProof && !cells.every((cell) => /^-+$/.test(cell))) rows.push(rowOf(page, index + 1, cells))
  }
  return rows
}

function rowOf(page: SourceFile, line: number, cells: readonly string[]): ProofRow {
  const last = cells.at(-1) ?? ''
  const tests = [...last.matchAll(NAMED)].map(([, link = '', title = '']) => {
    return { path: posix.normalize(posix.join(posix.dirname(page.path), link)), title }
  })
  return { line, cells, tests, excuse: EXCUSE.exec(last)?.[1]?.trim() ?? '' }
}

/** @param sources files that a row may name */
export function proofsHold(page: SourceFile, sources: readonly SourceFile[]): readonly Finding[] {
  const files = new Map(sources.map((file) => [file.path, file]))
  return proofRows(page).flatMap(({ line, cells, tests, excuse }) => {
    const finding = (message: string): Finding => ({ path: page.path, line, message })
    const missing = tests
      .filter(({ path, title }) => !titlesOf(files.get(path) ?? { path, text: '' }).includes(title))
      .map(({ path, title }) => finding(`${path} has no test "${title}"`))
    const links = cells.at(-1)?.match(/\.test\.ts\)/g)?.length ?? 0
    if (links > tests.length) missing.push(finding('a test is linked without its title in double quotes'))
    if (tests.length > 0 || excuse.split(' ').length >= EXCUSE_WORDS_MIN) return missing
    return [...missing, finding(`'${cells[0]}' names no test, and no reason why there is none`)]
  })
}
