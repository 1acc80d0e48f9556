/**
 * What every source file must be: rules that read one file, each a pure function from the file to its findings.
 * A line may be excused by `// tidy-ok: reason` at its end or on the line above; the reason is not optional.
 */
import { posix } from 'node:path'
import { isPure, isTest } from './floors.ts'
import { codeOnly, type Finding, lineAt, type SourceFile } from './source-text.ts'

const linesMax = 500
const excuse = /\/\/ tidy-ok: \S/

const impure: readonly Ban[] = [
  { pattern: /\bDate\.now\b/g, message: 'Date.now in a pure floor: the time arrives in the command' },
  { pattern: /\bperformance\.now\b/g, message: 'performance.now in a pure floor: the time arrives in the command' },
  { pattern: /\bnew Date\(/g, message: 'new Date in a pure floor: reckon in integers from the time in the command' },
  { pattern: /\bMath\.random\b/g, message: 'Math.random in a pure floor: use a generator seeded by the caller' },
  { pattern: /\bIntl\b|\.toLocale\w*\(|\.localeCompare\(/g, message: "the machine's locale in a pure floor" },
]

const idleTests: readonly Ban[] = [
  { pattern: /\b(?:test|it|suite|describe)\.only\b|\bonly: true\b/g, message: '.only silences every other test' },
  {
    pattern: /\b(?:test|it|suite|describe)\.skip\b|\bskip: true\b|\.skip\(\s*\)/g,
    message: "a skipped test says why: { skip: 'needs PostgreSQL' }",
  },
]

interface Ban {
  readonly pattern: RegExp
  readonly message: string
}

/** The engine replays to the same bytes only if nothing in it reads a clock, a locale or chance. */
export function noClockOrChance(file: SourceFile): readonly Finding[] {
  return isPure(file.path) ? banned(file, impure) : []
}

export function noIdleTests(file: SourceFile): readonly Finding[] {
  return isTest(file.path) ? banned(file, idleTests) : []
}

/** Who has read the first lines of all files has read the architecture. */
export function opensWithHeader(file: SourceFile): readonly Finding[] {
  if (isGenerated(file)) return []
  const hasHeader = /^(?:#!.*\n)?\/\*\*[\s*]*[^\s*/]/.test(file.text)
  return hasHeader ? [] : [{ path: file.path, line: 1, message: 'a file opens with /** what it is for */' }]
}

export function notTooLong(file: SourceFile): readonly Finding[] {
  if (isGenerated(file)) return []
  const lines = file.text.replace(/\n$/, '').split('\n').length
  if (lines <= linesMax) return []
  return [{ path: file.path, line: linesMax + 1, message: `${lines} lines; the limit is ${linesMax}` }]
}

/** Names are nouns of the field: no barrels, no drawers for odds and ends, kebab-case. */
export function wellNamed(file: SourceFile): readonly Finding[] {
  if (isGenerated(file)) return []
  const name = posix.basename(file.path)
  const findings: Finding[] = []
  const report = (message: string) => findings.push({ path: file.path, line: 1, message })
  if (name === 'index.ts') report('no index.ts: import the file that defines the name')
  if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.ts$/.test(name)) report('file names are kebab-case')
  const drawer = file.path.split('/').find((part) => /^(?:utils?|common|helpers?|shared)(?:\.ts)?$/.test(part))
  if (drawer !== undefined) report(`'${drawer}' says nothing: name what it holds`)
  return findings
}

/** What another program wrote, and writes anew. */
function isGenerated(file: SourceFile): boolean {
  return file.path.endsWith('.gen.ts')
}

function banned(file: SourceFile, bans: readonly Ban[]): readonly Finding[] {
  const code = codeOnly(file.text)
  const lines = file.text.split('\n')
  return bans.flatMap(({ pattern, message }) =>
    [...code.matchAll(pattern)]
      .map((match) => ({ path: file.path, line: lineAt(code, match.index), message }))
      .filter(({ line }) => !isExcused(lines, line)),
  )
}

function isExcused(lines: readonly string[], line: number): boolean {
  const above = lines[line - 2] ?? ''
  return excuse.test(lines[line - 1] ?? '') || (/^\s*\/\//.test(above) && excuse.test(above))
}
