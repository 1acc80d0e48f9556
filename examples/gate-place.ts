/** Where an example finds its gate, its client's secret and its own words: the gate of `npm start` where nothing else is said. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { GateOptions } from 'portcullis/client'

export interface Place extends Pick<GateOptions, 'endpoints' | 'credentials'> {
  /** The gate's data folder. */
  readonly data: string
  /** What stands behind the options. */
  readonly words: readonly string[]
}

/** @param secrets file of the gate's secrets folder that holds this client's */
export function gatePlace(clientID: string, secrets: 'yours.json' | 'floor.json'): Place {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      session: { type: 'string', default: 'tcp://127.0.0.1:8082' },
      url: { type: 'string', default: 'http://127.0.0.1:8080' },
      data: { type: 'string', default: 'data/demo' },
    },
  })
  const { session, url, data } = values
  const secret = JSON.parse(readFileSync(join(data, 'secrets', secrets), 'utf8'))[clientID] as string
  return {
    endpoints: [session],
    credentials: { clientID, secret, tokenUrl: `${url}/oauth/token` },
    data,
    words: positionals,
  }
}

/** Ids that no earlier run has used. */
export function idsOfThisRun(prefix: string): () => string {
  const run = Date.now().toString(36)
  let count = 0
  return () => `${prefix}-${run}-${++count}`
}
