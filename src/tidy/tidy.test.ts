/** Holds the whole repository to tidy's rules: one test per rule, each listing every place that breaks it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { test } from 'node:test'
import { linksResolve, oneTitle } from './document-rules.ts'
import { importsBelow, noCycles } from './floors.ts'
import { repositoryRoot } from './repository-root.ts'
import { noClockOrChance, noIdleTests, notTooLong, opensWithHeader, wellNamed } from './source-rules.ts'
import type { Finding, SourceFile } from './source-text.ts'

const root = repositoryRoot()
const sources = ['src', 'bench', 'examples'].flatMap((folder) => filesUnder(folder, '.ts'))
const pages = [...topLevel('.md'), ...filesUnder('docs', '.md')]

test('each floor imports only what its row allows', () => clean(sources.flatMap(importsBelow)))
test('no import cycles', () => clean(noCycles(sources)))
test('no clock, chance or locale in the pure floors', () => clean(sources.flatMap(noClockOrChance)))
test('no test is silenced without a reason', () => clean(sources.flatMap(noIdleTests)))
test('every file opens with its header', () => clean(sources.flatMap(opensWithHeader)))
test('no file is too long', () => clean(sources.flatMap(notTooLong)))
test('files and folders are well named', () => clean(sources.flatMap(wellNamed)))
test('every page has one title', () => clean(pages.flatMap(oneTitle)))
test('every relative link resolves', () =>
  clean(pages.flatMap((page) => linksResolve(page, (path) => existsSync(join(root, path))))))

function clean(findings: readonly Finding[]): void {
  if (findings.length === 0) return
  assert.fail(findings.map(({ path, line, message }) => `${path}:${line}: ${message}`).join('\n'))
}

function topLevel(suffix: string): SourceFile[] {
  return readdirSync(root)
    .filter((name) => name.endsWith(suffix))
    .map((name) => read(join(root, name)))
}

function filesUnder(folder: string, suffix: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`))
    .sort()
    .map(read)
}

function read(path: string): SourceFile {
  return { path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }
}
