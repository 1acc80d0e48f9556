/** Numbers that the README says of the code and of its pages are theirs. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CONTROLS } from '../model/controls.ts'
import { repositoryRoot } from './repository-root.ts'

const read = (path: string) => readFileSync(join(repositoryRoot(), path), 'utf8')

/** The one number that stands before these words; a number in words is none. */
function numberBefore(words: string): number {
  const found = [...read('README.md').matchAll(new RegExp(`(\\w+)\\s+\\[${words}\\]`, 'g'))].map((match) => match[1])
  assert.equal(found.length, 1, `the README says once how many ${words} there are`)
  return Number(found[0])
}

test('the README counts the controls as their table does', () => {
  assert.equal(numberBefore('controls'), CONTROLS.length)
})

test('the README counts the ways in which gates go wrong as their page does', () => {
  const rows = read('docs/reference/wrong-gates.md').match(/^\| \d+ \|/gm) ?? []
  assert.equal(numberBefore('ways in which gates go wrong'), rows.length)
})
