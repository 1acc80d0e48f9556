/**
 * The first records of a demo journal: the genesis record and the clients with their duties. The secrets of the floor's
 * clients go into one file of the secrets folder, which the floor reads; those that are for whoever tries the demo into
 * another, so that the floor can neither stop trading nor release a latch.
 */
import { join } from 'node:path'
import type { PrincipalKind } from '../auth/client-store.ts'
import { dutyBits } from '../auth/duties.ts'
import { FLOOR_CLIENTS } from '../floor/client/credentials.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { BINDING, GENESIS, HIERARCHY } from '../model/records/commands.ts'
import { BINDING_KINDS, type Duty, NAME_KINDS, type NameKind } from '../model/vocabulary.ts'
import type { OpenGate } from './open-gate.ts'

const FLOOR_FILE = 'floor.json'
const YOUR_FILE = 'yours.json'
const NO_PARENTS = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 } as const
const DEMO = 0
/** Flag of a principal. */
const PERSON = 1

export interface DemoGenesis {
  readonly firm: string
  readonly baseCurrency: string
  /** yyyymmdd. */
  readonly tradeDate: number
}

interface DemoClient {
  readonly kind: PrincipalKind
  readonly duties: readonly Duty[]
}

/** Both may do all of it; that a release takes the two of them is the engine's to see to. */
const OFFICER: DemoClient = {
  kind: 'person',
  duties: ['kill', 'release:request', 'release:approve', 'risk:read', 'audit:read'],
}

/** For whoever tries the demo. People's sign-in is not built yet: the officers ask the embedded issuer as clients do. */
export const YOUR_CLIENTS: Readonly<Record<string, DemoClient>> = {
  [YOUR_SEAT.session]: { kind: 'client', duties: ['orders:write', 'risk:read'] },
  'officer-1': OFFICER,
  'officer-2': OFFICER,
}

/** Where the floor finds its secrets. @param directory the gate's data folder */
export function floorSecretsFile(directory: string): string {
  return join(directory, 'secrets', FLOOR_FILE)
}

/** Where you find yours. @param directory the gate's data folder */
export function yourSecretsFile(directory: string): string {
  return join(directory, 'secrets', YOUR_FILE)
}

/**
 * Does nothing where it was done to its end. A start that was cut off between genesis record and secrets is finished, and
 * so is a folder of an earlier build that knew fewer clients: what is defined again stays as it is, and the clients of a
 * file that is not there, or lacks one, get new secrets. `yours` is for whoever tries the demo: a played day has nobody.
 */
export async function beginDemo(
  gate: OpenGate,
  { firm, baseCurrency, tradeDate }: DemoGenesis,
  yours: Readonly<Record<string, DemoClient>> = YOUR_CLIENTS,
): Promise<void> {
  if (!gate.hasGenesis) await gate.command(GENESIS, { profile: DEMO, ledgerDecimals: 2, tradeDate, firm, baseCurrency })
  const floor = Object.entries(FLOOR_CLIENTS).map(([id, duties]) => [id, { kind: 'client', duties }] as const)
  await admit(gate, FLOOR_FILE, Object.fromEntries(floor))
  await admit(gate, YOUR_FILE, yours)
}

/** The file is written last of all, and so says that all its clients are known. */
async function admit(gate: OpenGate, file: string, clients: Readonly<Record<string, DemoClient>>): Promise<void> {
  const known = gate.hasGenesis ? (JSON.parse(gate.secrets.read(file) ?? '{}') as object) : {}
  const isKnown = (clientID: string) => Object.hasOwn(known, clientID) && gate.clients.has(clientID)
  if (Object.keys(clients).every(isKnown)) return
  const secrets: Record<string, string> = {}
  for (const [clientID, { kind, duties }] of Object.entries(clients)) {
    secrets[clientID] = gate.clients.register(clientID, kind, duties)
    // Only what sends orders or reports has a session.
    if (kind === 'client') await define(gate, 'SESSION', clientID, 0)
    await define(gate, 'PRINCIPAL', clientID, kind === 'person' ? PERSON : 0)
    const a = gate.directory.idOf('PRINCIPAL', clientID)
    await gate.command(BINDING, { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a, b: dutyBits(duties), allow: 1 })
  }
  gate.secrets.write(file, `${JSON.stringify(secrets, null, 2)}\n`)
}

function define(gate: OpenGate, kind: NameKind, name: string, flags: number): Promise<void> {
  return gate.command(HIERARCHY, { kind: NAME_KINDS.indexOf(kind), name, flags, ...NO_PARENTS })
}
