/**
 * A reporter for logs: says nothing about a test that passes, names each skipped one with its reason, prints each
 * failure in full, and closes with the totals of Node's runner.
 */
import { inspect } from 'node:util'

export default async function* compactReporter(events) {
  for await (const { type, data } of events) {
    if (type === 'test:fail' && isCause(data)) yield failure(data)
    else if (type === 'test:pass' && data.skip !== undefined) yield `skipped: ${data.name}${reason(data.skip)}\n`
    else if (type === 'test:stdout' || type === 'test:stderr') yield data.message
    else if (type === 'test:diagnostic' && data.nesting === 0 && /^\w+ [\d.]+$/.test(data.message)) {
      yield `# ${data.message}\n`
    }
  }
}

/** A suite that fails only because a test inside it failed is not reported a second time. */
function isCause(data) {
  return data.details?.error?.failureType !== 'subtestsFailed' && data.todo === undefined
}

function failure({ name, file, line, details }) {
  const error = details?.error?.cause ?? details?.error
  return `FAILED: ${name}\n  at ${file}:${line}\n${indent(inspect(error))}\n\n`
}

function reason(skip) {
  return typeof skip === 'string' && skip !== '' ? ` (${skip})` : ''
}

function indent(text) {
  return text.replace(/^/gm, '  ')
}
