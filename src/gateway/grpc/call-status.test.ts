/** The page's table of statuses is what calls end with, and names every code that is not of a field. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { status } from '@grpc/grpc-js'
import { type ErrorCode, REQUEST_ERRORS } from '../../model/errors.ts'
import { repositoryRoot } from '../../tidy/repository-root.ts'
import { callError, statusOf } from './call-status.ts'

const page = readFileSync(join(repositoryRoot(), 'docs/reference/grpc.md'), 'utf8')
const codes = new Map(REQUEST_ERRORS.map(({ code, httpStatus }) => [code as ErrorCode, httpStatus]))
/** What only HTTP knows, or only another route. */
const OF_HTTP: readonly ErrorCode[] = [
  'BODY_TOO_LARGE',
  'HEADERS_TOO_LARGE',
  'REQUEST_TIMEOUT',
  'UNSUPPORTED_MEDIA_TYPE',
  'UPGRADE_REQUIRED',
]
const ELSEWHERE: readonly ErrorCode[] = [...OF_HTTP, 'NOT_FOUND', 'METHOD_NOT_ALLOWED', 'UNKNOWN_NAME', 'UNKNOWN_ORDER']

test('each code that the page names has the status that it says', () => {
  const named = new Map<ErrorCode, string>()
  for (const [, name = '', said = ''] of page.matchAll(/^\| ([A-Z_]{5,}) \| (.*) \|$/gm)) {
    for (const [word] of said.matchAll(/[A-Z_]{5,}/g))
      if (codes.has(word as ErrorCode)) named.set(word as ErrorCode, name)
  }
  for (const [, name = '', said = ''] of page.matchAll(/([A-Z_]{5,})\s+for\s+([A-Z_]+(?:\s+and\s+[A-Z_]+)?)/g)) {
    for (const word of said.split(/\s+and\s+/)) named.set(word as ErrorCode, name)
  }
  for (const [code, name] of named) assert.equal(status[statusOf(code)], name, code)
  const unnamed = [...codes].filter(([code, http]) => http !== 400 && !named.has(code)).map(([code]) => code)
  assert.deepEqual(unnamed.sort(), [...ELSEWHERE].sort())
})

test('what REST answers with 400 is an invalid argument', () => {
  for (const [code, http] of codes) if (http === 400) assert.equal(statusOf(code), status.INVALID_ARGUMENT, code)
})

test('an error says what it knows, and nothing that it does not', () => {
  const { metadata } = callError({ code: 'QUEUE_FULL', field: '', text: 'x' }, false, 100)
  assert.deepEqual(metadata.getMap(), { 'portcullis-code': 'QUEUE_FULL', 'retry-after-ms': '100' })
})
