/**
 * The configuration of a production gate: where things are, and how durable and large. Nothing in it can change a decision:
 * that is journaled. Firm, currency and officers go into the first record and must then stay as that says.
 */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml'
import type { ExternalIssuerSettings } from '../auth/external-issuer.ts'
import type { RateSettings } from '../gateway/ratelimit/rate.ts'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'
import { DEMO_SIZES, type EngineSizes, NAME_CHARS } from '../model/bounds.ts'
import { DECIMALS_MAX } from '../model/numbers.ts'
import { ORDER_AGE_MAX_US } from '../sequencer/sequencer.ts'
import type { ConfigField } from './config-field.ts'
import { UsageError } from './exit-codes.ts'
import { EXTERNAL_MAX, readExternalIssuers } from './external-issuers.ts'
import { RATE_FIELDS, ratesOf } from './gate-rates.ts'
import { isIssuerUrl, isLoopback } from './issuer-url.ts'
import { SNAPSHOT_PLAN, type SnapshotPlan } from './snapshot-plan.ts'

export interface GateConfig {
  readonly firm: string
  readonly baseCurrency: string
  readonly ledgerDecimals: number
  readonly officers: readonly [string, string]
  /** Absolute, as all paths here. */
  readonly data: string
  readonly host: string
  readonly port: number
  /** Of the control listener, with the same certificate. */
  readonly control: { readonly host: string; readonly port: number }
  /** Of the order session, with the same certificate where it is no path; undefined where there is none. */
  readonly session: { readonly host: string; readonly port: number } | { readonly path: string } | undefined
  /** Of gRPC, with the same certificate; undefined where there is none. */
  readonly grpc: { readonly host: string; readonly port: number } | undefined
  /** Origins of pages of other hosts that may read the live feed. */
  readonly feedOrigins: readonly string[]
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCa?: string } | undefined
  readonly issuer: string
  /** Issuers beside the gate's own. */
  readonly external: readonly ExternalIssuerSettings[]
  readonly durability: Durability
  readonly sizes: EngineSizes
  /** What the gate lets each send before it is sequenced. */
  readonly rates: RateSettings
  /** An order that waited longer before it is decided is refused. */
  readonly orderAgeMaxMs: number
  /** Of `portcullis follow`; the gate itself has none. */
  readonly snapshots: SnapshotPlan
}

const address = (value: unknown) =>
  value === 'localhost' || (typeof value === 'string' && isIP(value) !== 0) ? value : undefined
const NAME = /^[\x21-\x7e]+$/
/** So many times the sizes of the demo: beyond it nobody has measured. */
const SIZE_FACTOR_MAX = 4
const SIZE_MIN = 16

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const name = (value: unknown) =>
  typeof value === 'string' && NAME.test(value) && value.length <= NAME_CHARS && !value.includes(':')
    ? value
    : undefined
const whole = (from: number, to: number) => (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to ? (value as number) : undefined
const NAMES = `1 to ${NAME_CHARS} printable ASCII characters, no blank, no colon`

const ORIGINS_MAX = 16
const MS_US = 1_000
const SNAPSHOT_COMMANDS_MAX = 100_000_000

/** Sizes of tables, with what a row of each is. */
const SIZES: Readonly<Record<keyof EngineSizes, string>> = {
  orders: 'Open orders, and orders with unresolved versions.',
  idsPerDay: 'clOrdIDs kept per trade date; two dates are kept.',
  instruments: 'Instruments.',
  scopes: 'Subjects of all kinds together.',
  cellPages: 'Pairs of account and instrument that ever held an order or a position.',
  books: 'Books of resting orders: beneficial owner, instrument, venue.',
  limitRows: 'Limit rows.',
  executionsPerDay: 'Executions kept per trade date.',
  locates: 'Locates.',
  duplicates: 'Orders remembered at once for the duplicate check.',
}

export const CONFIG_FIELDS: readonly ConfigField[] = [
  { path: 'firm.id', takes: NAMES, otherwise: undefined, doc: 'The firm.', read: name },
  {
    path: 'firm.baseCurrency',
    takes: NAMES,
    otherwise: undefined,
    doc: 'Currency that limits and exposure are stated in.',
    read: name,
  },
  {
    path: 'firm.ledgerDecimals',
    takes: `0 to ${DECIMALS_MAX}`,
    otherwise: '2',
    doc: 'Decimals of money in the base currency.',
    read: whole(0, DECIMALS_MAX),
  },
  {
    path: 'officers',
    takes: 'two names',
    otherwise: undefined,
    doc: 'The first two people, each with a key that `portcullis person add` has registered.',
    read: (value) => {
      const names = Array.isArray(value) ? value.map(name) : []
      const isTwo = names.length === 2 && names.every((one) => one !== undefined) && names[0] !== names[1]
      return isTwo ? (names as string[]) : undefined
    },
  },
  { path: 'data', takes: 'a path', otherwise: undefined, doc: 'Folder of journal and secrets.', read: text },
  {
    path: 'listen.host',
    takes: 'an address',
    otherwise: '127.0.0.1',
    doc: 'Address to listen at. One that is not of this machine alone needs `listen.tls`.',
    read: address,
  },
  {
    path: 'listen.port',
    takes: '0 to 65535',
    otherwise: undefined,
    doc: 'Port; 0 takes any that is free.',
    read: whole(0, 65_535),
  },
  { path: 'listen.tls.cert', takes: 'a path', otherwise: '', doc: 'Chain of certificates, PEM.', read: text },
  { path: 'listen.tls.key', takes: 'a path', otherwise: '', doc: 'Private key of the certificate, PEM.', read: text },
  {
    path: 'listen.tls.clientCa',
    takes: 'a path',
    otherwise: '',
    doc: "Authorities of clients' certificates, PEM: with it clients are asked for one, may [prove themselves](access.md#certificates-of-machines) by it, and a certificate of anybody else ends the connection.",
    read: text,
  },
  {
    path: 'listen.control.host',
    takes: 'an address',
    otherwise: '127.0.0.1',
    doc: 'Address of the [control listener](kill.md), for kill and release alone. It has TLS where `listen.tls` is given, and needs it as `listen.host` does.',
    read: address,
  },
  {
    path: 'listen.control.port',
    takes: '0 to 65535',
    otherwise: '0',
    doc: 'Its port; 0 takes any that is free: `control-url` in the data folder says which.',
    read: whole(0, 65_535),
  },
  {
    path: 'listen.session.host',
    takes: 'an address',
    otherwise: '127.0.0.1',
    doc: 'Address of the [order session](session.md). It has TLS where `listen.tls` is given, and needs it as `listen.host` does.',
    read: address,
  },
  {
    path: 'listen.session.port',
    takes: '0 to 65535',
    otherwise: '',
    doc: 'Its port; 0 takes any that is free. Left out, there is no order session over TCP.',
    read: whole(0, 65_535),
  },
  {
    path: 'listen.session.path',
    takes: 'a path',
    otherwise: '',
    doc: 'A Unix socket in place of host and port, for programs of this user on this machine.',
    read: text,
  },
  {
    path: 'listen.grpc.host',
    takes: 'an address',
    otherwise: '127.0.0.1',
    doc: 'Address of [gRPC](grpc.md). It has TLS where `listen.tls` is given, and needs it as `listen.host` does.',
    read: address,
  },
  {
    path: 'listen.grpc.port',
    takes: '0 to 65535',
    otherwise: '',
    doc: 'Its port; 0 takes any that is free. Left out, there is no gRPC.',
    read: whole(0, 65_535),
  },
  {
    path: 'listen.feed.origins',
    takes: `at most ${ORIGINS_MAX} origins, as https://desk.example.com`,
    otherwise: '',
    doc: "Whose pages may read the [live feed](feed.md) at `listen.port` in a browser, beside the gate's own.",
    read: (value) => {
      const origins = Array.isArray(value) && value.length <= ORIGINS_MAX ? value.filter(isOrigin) : []
      return Array.isArray(value) && origins.length === value.length ? origins : undefined
    },
  },
  {
    path: 'issuer.url',
    takes: 'an address that begins with https://, or http:// on this machine',
    otherwise: undefined,
    doc: "Where clients ask for tokens: this gate's own address as they see it. It is `iss` of every token.",
    read: (value) => (isIssuerUrl(value) ? (value as string) : undefined),
  },
  {
    path: 'issuer.external',
    takes: `a list of 1 to ${EXTERNAL_MAX} issuers`,
    otherwise: '',
    doc: 'Issuers whose tokens the gate takes beside its own: [their fields](access.md#external-issuers).',
    read: readExternalIssuers,
  },
  {
    path: 'journal.durability',
    takes: DURABILITIES.join(' or '),
    otherwise: 'fsync',
    doc: '`fsync`: an answer is on the disk before it is given. `os`: a power failure can lose it.',
    read: (value) => DURABILITIES.find((one) => one === value),
  },
  {
    path: 'snapshots.commands',
    takes: `1 to ${SNAPSHOT_COMMANDS_MAX}`,
    otherwise: String(SNAPSHOT_PLAN.commands),
    doc: '`portcullis follow` saves the state after so many commands,',
    read: whole(1, SNAPSHOT_COMMANDS_MAX),
  },
  {
    path: 'snapshots.minutes',
    takes: '1 to 1440',
    otherwise: String(SNAPSHOT_PLAN.minutes),
    doc: 'and after so many minutes where any command has come.',
    read: whole(1, 1440),
  },
  {
    path: 'snapshots.keep',
    takes: '1 to 100',
    otherwise: String(SNAPSHOT_PLAN.kept),
    doc: 'How many snapshots stay. The newest that fits is loaded; an older one where it is damaged.',
    read: whole(1, 100),
  },
  ...RATE_FIELDS,
  {
    path: 'shed.orderMs',
    takes: '1 to 10000',
    otherwise: String(ORDER_AGE_MAX_US / MS_US),
    doc: 'An order or replace that has waited longer to be decided is refused with STALE_ORDER; cancels, reports and kills are not.',
    read: whole(1, 10_000),
  },
  ...(Object.keys(SIZES) as (keyof EngineSizes)[]).map((size) => ({
    path: `sizes.${size}`,
    takes: `${SIZE_MIN} to ${DEMO_SIZES[size] * SIZE_FACTOR_MAX}`,
    otherwise: String(DEMO_SIZES[size]),
    doc: SIZES[size],
    read: whole(SIZE_MIN, DEMO_SIZES[size] * SIZE_FACTOR_MAX),
  })),
]

function isOrigin(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    URL.canParse(value) &&
    /^https?:$/.test(new URL(value).protocol) &&
    new URL(value).origin === value
  )
}

/** @throws UsageError that names each fault with its line and field */
export function readGateConfig(file: string): GateConfig {
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`--config ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`)
  }
  return parseGateConfig(source, file)
}

/** @param file names the source in faults; its folder is where relative paths begin */
export function parseGateConfig(source: string, file: string): GateConfig {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, strict: true, version: '1.2' })
  const faults: [line: number, text: string][] = []
  const lineOf = (node: Node | null | undefined) => lines.linePos(node?.range?.[0] ?? 0).line
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    faults.push([lines.linePos(pos[0]).line, message])
  }
  const given = new Map<string, ParsedNode | null>()
  if (faults.length === 0) collect(document.contents, '', given, (node, fault) => faults.push([lineOf(node), fault]))
  if (faults.length > 0) throw faultOf(file, faults)
  const values = new Map<string, unknown>()
  for (const field of CONFIG_FIELDS) {
    const node = given.get(field.path)
    if (node === undefined) {
      if (field.otherwise === undefined) faults.push([0, `${field.path} is missing: ${field.takes}`])
      else if (field.otherwise !== '') values.set(field.path, field.read(standsFor(field.otherwise)))
      continue
    }
    const value = readField(field, node?.toJSON())
    if (value === undefined) faults.push([lineOf(node), `${field.path}: ${said(node)} is not ${field.takes}`])
    else if (value instanceof RangeError) faults.push([lineOf(node), `${field.path}: ${value.message}`])
    else values.set(field.path, value)
  }
  const config = configOf(values, dirname(resolve(file)))
  faults.push(...contradictions(config, (path) => lineOf(given.get(path)), values))
  if (faults.length > 0) throw faultOf(file, faults)
  return config
}

function readField(field: ConfigField, value: unknown): unknown {
  try {
    return field.read(value)
  } catch (error) {
    if (error instanceof RangeError) return error
    throw error
  }
}

/** Puts the node of each field under its path; what is no field is a fault. */
function collect(
  node: ParsedNode | null,
  path: string,
  given: Map<string, ParsedNode | null>,
  fault: (node: ParsedNode | null, text: string) => void,
): void {
  const under = path === '' ? '' : `${path}.`
  if (CONFIG_FIELDS.some((field) => field.path === path)) {
    if (isMap(node)) fault(node, `${path} has no fields of its own`)
    else given.set(path, node)
    return
  }
  if (!isMap<ParsedNode, ParsedNode | null>(node)) {
    return fault(node, `${path === '' ? 'the file' : path} must hold fields: ${namesUnder(under).join(', ')}`)
  }
  for (const { key, value } of node.items) {
    const word = isScalar(key) ? String(key.value) : ''
    const names = namesUnder(under)
    if (names.includes(word)) collect(value, `${under}${word}`, given, fault)
    else fault(key, `${under}${word} is no field; there are ${names.join(', ')}`)
  }
}

function namesUnder(under: string): readonly string[] {
  const below = CONFIG_FIELDS.filter(({ path }) => path.startsWith(under))
  return [...new Set(below.map(({ path }) => path.slice(under.length).split('.')[0] as string))]
}

/** A default as the file would say it. */
function standsFor(otherwise: string): string | number {
  return /^\d+$/.test(otherwise) ? Number(otherwise) : otherwise
}

function said(node: ParsedNode | null): string {
  if (isScalar(node)) return node.value === null ? 'nothing' : JSON.stringify(node.value)
  return isSeq(node) ? JSON.stringify(node.toJSON()) : 'this'
}

function configOf(values: ReadonlyMap<string, unknown>, folder: string): GateConfig {
  const at = <T>(path: string) => values.get(path) as T
  const file = (path: string) => resolve(folder, at<string | undefined>(path) ?? '')
  const sizes = Object.fromEntries(Object.keys(SIZES).map((size) => [size, at<number>(`sizes.${size}`)]))
  const hasTls = at('listen.tls.cert') !== undefined && at('listen.tls.key') !== undefined
  return {
    ...{ firm: at<string>('firm.id'), baseCurrency: at<string>('firm.baseCurrency') },
    ...{ ledgerDecimals: at<number>('firm.ledgerDecimals'), officers: at<[string, string]>('officers') },
    ...{ data: file('data'), host: at<string>('listen.host'), port: at<number>('listen.port') },
    control: { host: at<string>('listen.control.host'), port: at<number>('listen.control.port') },
    session: sessionOf(at('listen.session.path') === undefined ? undefined : file('listen.session.path'), at),
    grpc: tcpOf('listen.grpc', at),
    tls: hasTls
      ? {
          ...{ cert: file('listen.tls.cert'), key: file('listen.tls.key') },
          ...(at('listen.tls.clientCa') === undefined ? {} : { clientCa: file('listen.tls.clientCa') }),
        }
      : undefined,
    external: at<readonly ExternalIssuerSettings[] | undefined>('issuer.external') ?? [],
    feedOrigins: at<readonly string[] | undefined>('listen.feed.origins') ?? [],
    ...{ issuer: at<string>('issuer.url'), durability: at<Durability>('journal.durability') },
    sizes: sizes as unknown as EngineSizes,
    ...{ rates: ratesOf(at), orderAgeMaxMs: at<number>('shed.orderMs') },
    snapshots: {
      ...{ commands: at<number>('snapshots.commands'), minutes: at<number>('snapshots.minutes') },
      kept: at<number>('snapshots.keep'),
    },
  }
}

function sessionOf(path: string | undefined, at: <T>(path: string) => T): GateConfig['session'] {
  return path === undefined ? tcpOf('listen.session', at) : { path }
}

/** A listener that is there where its port is given. */
function tcpOf(field: string, at: <T>(path: string) => T): GateConfig['grpc'] {
  const port = at<number | undefined>(`${field}.port`)
  return port === undefined ? undefined : { host: at<string>(`${field}.host`), port }
}

/** Fields that are right by themselves and not together. */
function contradictions(
  { host, port, control, session, grpc, tls, issuer, external }: GateConfig,
  lineOf: (path: string) => number,
  values: ReadonlyMap<string, unknown>,
): [number, string][] {
  const [cert, key] = ['listen.tls.cert', 'listen.tls.key'] as const
  for (const [there, missing] of [
    [cert, key],
    [key, cert],
    ['listen.tls.clientCa', cert],
  ] as const) {
    if (values.has(there) && !values.has(missing)) return [[lineOf(there), `${missing} is missing: ${there} needs it`]]
  }
  if (external.some(({ url }) => url === issuer)) {
    return [[lineOf('issuer.external'), `issuer.external: ${issuer} is issuer.url too`]]
  }
  // Two listeners of one port would be told apart by nobody; 0 is any that is free.
  if (port !== 0 && port === control.port) {
    return [[lineOf('listen.control.port'), `listen.control.port: ${port} is listen.port too`]]
  }
  if (values.has('listen.session.path') && values.has('listen.session.port')) {
    return [[lineOf('listen.session.path'), 'listen.session.path: there is a listen.session.port too']]
  }
  const tcp = session !== undefined && 'port' in session ? session : undefined
  const taken = [port, control.port]
  for (const [field, of] of [
    ['listen.session.port', tcp?.port],
    ['listen.grpc.port', grpc?.port],
  ] as const) {
    if (of === undefined || of === 0) continue
    if (taken.includes(of)) return [[lineOf(field), `${field}: ${of} is another listener's port`]]
    taken.push(of)
  }
  const open = [
    ['listen.host', host],
    ['listen.control.host', control.host],
    ['listen.session.host', tcp?.host],
    ['listen.grpc.host', grpc?.host],
  ] as const
  return open
    .filter(([, at]) => tls === undefined && at !== undefined && !isLoopback(at))
    .map(([path, at]) => [lineOf(path), `listen.tls is missing: ${at} is reached from other machines`])
}

function faultOf(file: string, faults: readonly [number, string][]): UsageError {
  const rows = [...faults].sort(([a], [b]) => a - b)
  return new UsageError(rows.map(([line, words]) => `${file}${line > 0 ? `:${line}` : ''}: ${words}`).join('\n'))
}
