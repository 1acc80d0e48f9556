/** `issuer.external` of the configuration: its fields as data, so that the page of them says what is read. */
import { dutyBits } from '../auth/duties.ts'
import { type ExternalIssuerSettings, SUBJECTS } from '../auth/external-issuer.ts'
import { EXTERNAL_ALGORITHMS } from '../auth/external-keys.ts'
import { isIssuerUrl } from './issuer-url.ts'

export const EXTERNAL_MAX = 8
const TEXT_CHARS = 256
const OUTAGE_MINUTES_MAX = 1440
const WORDS_MAX = 256

export interface ExternalField {
  readonly name: keyof ExternalIssuerSettings
  readonly takes: string
  /** undefined where it must be given. */
  readonly otherwise: string | undefined
  readonly doc: string
  isGood(value: unknown): boolean
}

const text = (value: unknown) => typeof value === 'string' && value !== '' && value.length <= TEXT_CHARS
const among = (values: readonly unknown[]) => (value: unknown) => values.includes(value)
const list = (value: unknown, isGood: (one: unknown) => boolean) =>
  Array.isArray(value) && value.length > 0 && value.every(isGood)

export const EXTERNAL_FIELDS: readonly ExternalField[] = [
  {
    name: 'url',
    takes: 'an address that begins with https://, or http:// on this machine',
    otherwise: undefined,
    doc: 'Its issuer identifier, to the letter: `iss` of its tokens. Its keys are found by `/.well-known/openid-configuration` behind it.',
    isGood: isIssuerUrl,
  },
  { name: 'audience', takes: 'a text', otherwise: undefined, doc: '`aud` of tokens for this gate.', isGood: text },
  {
    name: 'subjects',
    takes: SUBJECTS.join(', '),
    otherwise: undefined,
    doc: 'Whom it is trusted with. `both`: a token whose `sub` is its `client_id` is of a machine, any other of a person.',
    isGood: among(SUBJECTS),
  },
  {
    name: 'nameClaim',
    takes: 'a claim',
    otherwise: '`sub` of people, `client_id` of machines',
    doc: 'Claim with the name that the person or client has at the gate.',
    isGood: text,
  },
  {
    name: 'dutiesClaim',
    takes: 'a claim',
    otherwise: '`scope`',
    doc: 'Claim with what they may do at most: words between blanks, or a list.',
    isGood: text,
  },
  {
    name: 'duties',
    takes: 'lists of duties by the words of that claim',
    otherwise: 'the words are duties',
    doc: 'What each word stands for, as `risk-desk: [kill, risk:read]`. Other words are passed over.',
    isGood: isDutiesByWord,
  },
  {
    name: 'algorithms',
    takes: `a list of ${EXTERNAL_ALGORITHMS.join(', ')}`,
    otherwise: 'all of them',
    doc: 'What its tokens may be signed with. Each key has one algorithm, whatever a token says.',
    isGood: (value) => list(value, among(EXTERNAL_ALGORITHMS)),
  },
  {
    name: 'tokenType',
    takes: '`at+jwt` or `JWT`',
    otherwise: '`at+jwt`',
    doc: '`typ` of its access tokens. With `JWT` its audience must be one that no identity token has.',
    isGood: among(['at+jwt', 'JWT']),
  },
  {
    name: 'outageMinutes',
    takes: `0 to ${OUTAGE_MINUTES_MAX}`,
    otherwise: '60',
    doc: 'How long its keys are good beyond their own time while it does not answer; then its tokens are refused.',
    isGood: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= OUTAGE_MINUTES_MAX,
  },
]

/** @throws RangeError that says which field of which issuer is wrong */
export function readExternalIssuers(value: unknown): readonly ExternalIssuerSettings[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > EXTERNAL_MAX) return undefined
  const issuers = value.map((one: unknown, at) => readOne(one, at + 1))
  const [twice] = issuers.map(({ url }) => url).filter((url, at, all) => all.indexOf(url) !== at)
  if (twice !== undefined) throw new RangeError(`${twice} stands twice`)
  return issuers
}

function readOne(value: unknown, number: number): ExternalIssuerSettings {
  const names: readonly string[] = EXTERNAL_FIELDS.map(({ name }) => name)
  const given = Object(value) as Readonly<Record<string, unknown>>
  const [unknown] = Object.keys(given).filter((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new RangeError(`${unknown} of issuer ${number} is no field; there are ${names.join(', ')}`)
  }
  for (const { name, takes, otherwise, isGood } of EXTERNAL_FIELDS) {
    const isLeftOut = given[name] === undefined
    if (isLeftOut && otherwise === undefined) throw new RangeError(`${name} of issuer ${number} is missing: ${takes}`)
    if (!isLeftOut && !isGood(given[name])) throw new RangeError(`${name} of issuer ${number} is not ${takes}`)
  }
  return given as unknown as ExternalIssuerSettings
}

function isDutiesByWord(value: unknown): boolean {
  const rows = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  if (rows.length === 0 || rows.length > WORDS_MAX) return false
  return rows.every(([, duties]) => list(duties, isDuty))
}

function isDuty(word: unknown): boolean {
  try {
    return typeof word === 'string' && dutyBits([word]) !== 0
  } catch {
    return false
  }
}
