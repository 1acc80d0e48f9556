/** The first message of a feed's client: what it wants to be told of. Read as strictly as a request. */
import type { Directory } from '../../model/directory.ts'
import type { NameKind } from '../../model/vocabulary.ts'
import { OUTCOME_WORDS, type OutcomeWord } from '../answers/outcome-words.ts'

export const CHANNELS = ['decisions', 'alerts', 'state'] as const
export type Channel = (typeof CHANNELS)[number]

/** What a filter names, and the kind of name that it takes. */
export const FILTER_KINDS = {
  desk: 'DESK',
  account: 'ACCOUNT',
  trader: 'TRADER',
  strategy: 'STRATEGY',
  instrument: 'INSTRUMENT',
} as const satisfies Readonly<Record<string, NameKind>>
export type FilterKey = keyof typeof FILTER_KINDS
export const FILTER_KEYS = Object.keys(FILTER_KINDS) as readonly FilterKey[]
/** A repeat is not told again. */
export const VERDICTS: readonly OutcomeWord[] = OUTCOME_WORDS.filter((word) => word !== 'DECIDED_EARLIER')
const VALUES_MAX = 16

export interface FeedRequest {
  readonly channels: readonly Channel[]
  /** Ids by what they name; a name that is not known is -2, which nothing is. */
  readonly ids: ReadonlyMap<FilterKey, readonly number[]>
  /** Empty for all. */
  readonly verdicts: readonly OutcomeWord[]
  /** Where to go on: number of the first message, in that run of the gate. */
  readonly from: { readonly run: number; readonly number: number } | undefined
  /** Equal texts want the same. */
  readonly key: string
}

/** Why a first message is none, and the code that its connection is closed with (RFC 6455, 7.4.1). */
export interface BadRequest {
  readonly close: 1007 | 1008
  readonly reason: string
}

const UNKNOWN = -2

/** @param isStrict a name that is not known is refused; else who asks could find out what names there are */
export function readFeedRequest(text: string, names: Directory, isStrict: boolean): FeedRequest | BadRequest {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    return { close: 1007, reason: 'the first message is not JSON' }
  }
  try {
    return requestOf(given, names, isStrict)
  } catch (fault) {
    if (fault instanceof Refusal) return { close: 1008, reason: fault.message }
    throw fault
  }
}

class Refusal extends Error {}

function requestOf(given: unknown, names: Directory, isStrict: boolean): FeedRequest {
  const { subscribe, filter = {}, from, run } = fieldsOf(given, 'message', ['subscribe', 'filter', 'from', 'run'])
  const channels = [...new Set(wordsOf(subscribe, 'subscribe'))]
  for (const channel of channels) inSet(channel, CHANNELS, 'subscribe')
  const filters = fieldsOf(filter, 'filter', [...FILTER_KEYS, 'verdict'])
  const ids = new Map<FilterKey, readonly number[]>()
  for (const key of FILTER_KEYS) {
    if (filters[key] === undefined) continue
    const kind = FILTER_KINDS[key]
    const found = wordsOf(filters[key], key).map((name) => {
      const id = names.idOf(kind, name)
      if (id < 0 && isStrict) throw new Refusal(`UNKNOWN_NAME: ${key}`)
      return id < 0 ? UNKNOWN : id
    })
    ids.set(key, found)
  }
  const verdicts = filters.verdict === undefined ? [] : wordsOf(filters.verdict, 'verdict')
  for (const verdict of verdicts) inSet(verdict, VERDICTS, 'verdict')
  if ((from === undefined) !== (run === undefined)) throw new Refusal('MISSING_FIELD: from and run go together')
  const at = from === undefined ? undefined : { run: numberOf(run, 'run'), number: numberOf(from, 'from') }
  return {
    channels: CHANNELS.filter((channel) => channels.includes(channel)),
    ids,
    verdicts: verdicts as OutcomeWord[],
    from: at,
    key: JSON.stringify([[...ids], verdicts]),
  }
}

function fieldsOf(value: unknown, what: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(`WRONG_TYPE: ${what}`)
  const other = Object.keys(value).find((key) => !known.includes(key))
  if (other !== undefined) throw new Refusal(`UNKNOWN_FIELD: ${other.slice(0, 64)}`)
  return value as Readonly<Record<string, unknown>>
}

/** One text or some. */
function wordsOf(value: unknown, what: string): readonly string[] {
  const words = typeof value === 'string' ? [value] : value
  if (!Array.isArray(words)) throw new Refusal(`${value === undefined ? 'MISSING_FIELD' : 'WRONG_TYPE'}: ${what}`)
  if (words.length === 0 || words.length > VALUES_MAX) throw new Refusal(`TOO_MANY_ROWS: ${what}, 1 to ${VALUES_MAX}`)
  if (words.some((word) => typeof word !== 'string')) throw new Refusal(`WRONG_TYPE: ${what}`)
  return words
}

function inSet(word: string, set: readonly string[], what: string): void {
  if (!set.includes(word)) throw new Refusal(`NOT_IN_SET: ${what} is one of ${set.join(', ')}`)
}

function numberOf(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Refusal(`WRONG_TYPE: ${what}`)
  return value as number
}
