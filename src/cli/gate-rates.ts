/** `rates` of a production gate's configuration: how often each may send, and what single names may. */

import {
  parseRate,
  RATE_SCOPES,
  RATE_TAKES,
  RATE_TEXTS,
  type Rate,
  type RateScope,
  type RateSettings,
  rateKey,
} from '../gateway/ratelimit/rate.ts'
import { NAME_CHARS } from '../model/bounds.ts'
import type { ConfigField } from './config-field.ts'

const NAMED = 'rates.named'
const NAMED_MAX = 10_000
const KEY = new RegExp(`^(?:${RATE_SCOPES.join('|')}) [\\x21-\\x7e]{1,${NAME_CHARS}}$`)

const DOCS: Readonly<Record<RateScope, string>> = {
  client: 'Requests and messages of a client or person, all its connections and wires together.',
  session: "Orders, replaces and cancels of a client's session, whatever connections it had.",
  account: 'The same that name an account,',
  strategy: 'a strategy,',
  instrument: 'an instrument.',
}

export const RATE_FIELDS: readonly ConfigField[] = [
  ...RATE_SCOPES.map((scope) => ({
    ...{ path: `rates.${scope}`, takes: RATE_TAKES, otherwise: RATE_TEXTS[scope], doc: DOCS[scope] },
    read: parseRate,
  })),
  {
    path: NAMED,
    takes: 'a list of `SCOPE NAME: RATE`',
    otherwise: '',
    doc: 'Of single names in place of those: `- account ACC-1: 100 in 1 s, 20 in 10 ms`.',
    read: readNamed,
  },
]

/** @param at the values of the fields by their paths */
export function ratesOf(at: <T>(path: string) => T): RateSettings {
  return {
    each: Object.fromEntries(RATE_SCOPES.map((scope) => [scope, at<Rate>(`rates.${scope}`)])),
    named: at<ReadonlyMap<string, Rate> | undefined>(NAMED) ?? new Map(),
  }
}

/** The rates by their names; undefined where one is none, or stands twice. */
function readNamed(value: unknown): ReadonlyMap<string, Rate> | undefined {
  if (!Array.isArray(value) || value.length > NAMED_MAX) return undefined
  const named = new Map<string, Rate>()
  for (const one of value as readonly unknown[]) {
    const [entry, ...more] = Object.entries(Object(one))
    const rate = parseRate(entry?.[1])
    if (entry === undefined || more.length > 0 || rate === undefined || !KEY.test(entry[0])) return undefined
    const [scope, name] = entry[0].split(' ') as [RateScope, string]
    if (named.has(rateKey(scope, name))) return undefined
    named.set(rateKey(scope, name), rate)
  }
  return named
}
