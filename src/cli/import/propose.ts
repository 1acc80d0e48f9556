/** A file as one proposal: opened, filled in parts that the gate takes, and submitted for another person to approve. */
import { createHash } from 'node:crypto'
import type { ImportRow } from './import-file.ts'
import { type PersonClient, RequestFailed } from './person-client.ts'

/** Lines of one request. */
const LINES_MAX = 500

/** What a gate answers to a command, as far as it is looked at. */
export interface Answer {
  readonly outcome?: 'APPLIED' | 'REFUSED'
  readonly reason?: { readonly text: string }
  readonly error?: { readonly code: string; readonly field?: string; readonly message?: string; readonly text?: string }
  readonly id?: number
  readonly state?: string
  readonly contentHash?: string
  readonly duplicate?: boolean
}

/** The proposal as it waits for another person. */
export interface Proposed {
  readonly id: number
  readonly contentHash: string
}

/**
 * Proposes rows under a key that is made of them and of the reason: after a failure the same words go on where it ended.
 *
 * @throws RequestFailed with the line of the file that the gate refuses; what was not submitted takes no effect and expires
 */
export async function propose(
  client: Pick<PersonClient, 'send'>,
  rows: readonly ImportRow[],
  reason: string,
): Promise<Proposed> {
  const lines = rows.map(({ path, body }, line) => ({ line, path, body }))
  const key = createHash('sha256')
    .update(JSON.stringify([reason, lines]))
    .digest('hex')
    .slice(0, 32)
  const opened = done(await client.send('POST', '/proposals', { key, title: reason, draft: true }), 'the proposal')
  const { id } = opened
  if (id === undefined) throw new RequestFailed('the gate names no proposal')
  if (opened.state !== 'DRAFT')
    throw new RequestFailed(`proposal ${id} is this file with this reason, and it is ${opened.state}`)
  const path = `/proposals/${id}`
  let contentHash = ''
  for (let at = 0; at < lines.length; at += LINES_MAX) {
    const part = lines.slice(at, at + LINES_MAX)
    const answer = (await client.send('POST', `${path}/lines`, part)) as { readonly rows: readonly Answer[] }
    for (const [place, row] of answer.rows.entries()) {
      const { contentHash: hash } = done(row, `line ${rows[at + place]?.line} of the file`)
      if (hash !== undefined) contentHash = hash
    }
  }
  // Of lines that were there already no hash is answered.
  if (contentHash === '') ({ contentHash = '' } = (await client.send('GET', path)) as Answer)
  done(await client.send('POST', `${path}/submit`, { lines: lines.length, contentHash }), 'the submission')
  return { id, contentHash }
}

/** The answer to what took effect. @throws RequestFailed in the gate's words */
export function done(said: unknown, what: string): Answer {
  const answer = said as Answer
  if (answer.outcome === 'APPLIED') return answer
  throw new RequestFailed(`${what}: ${answer.reason?.text ?? JSON.stringify(answer.error ?? answer)}`)
}
