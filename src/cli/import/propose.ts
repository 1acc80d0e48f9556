/** A file as one proposal: opened, filled in parts that the gate takes, and submitted for another person to approve. */
import type { ImportRow } from './import-file.ts'
import type { PersonClient } from './person-client.ts'

/** Lines of one request. */
const LINES_MAX = 500

/** Returns the id of the proposal. @throws RequestFailed; what was not submitted takes no effect and expires */
export async function propose(
  client: Pick<PersonClient, 'send'>,
  rows: readonly ImportRow[],
  reason: string,
): Promise<string> {
  const { id } = (await client.send('POST', '/proposals', { reason })) as { readonly id: string | number }
  const path = `/proposals/${encodeURIComponent(id)}`
  for (let at = 0; at < rows.length; at += LINES_MAX) {
    const lines = rows.slice(at, at + LINES_MAX).map(({ path: route, body }) => ({ path: route, body }))
    await client.send('POST', `${path}/lines`, lines)
  }
  await client.send('POST', `${path}/submit`, {})
  return String(id)
}
