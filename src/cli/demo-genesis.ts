/**
 * The first records of a demo journal: the genesis record with its two officers, and the clients with their duties. The
 * secrets of the floor's clients go into one file of the secrets folder, which the floor reads; those that are for whoever
 * tries the demo into another. The officers have no secret but keys of their own, in a folder that stands for their desks:
 * so the floor can neither stop trading nor release a latch.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dutyBits } from '../auth/duties.ts'
import { makePersonKey, publicKeyOf, readPersonKey, writePersonKey } from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { DEMO_CLIENTS } from '../floor/client/credentials.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { BINDING, GENESIS, HIERARCHY } from '../model/records/commands.ts'
import { BINDING_KINDS, type Duty, NAME_KINDS, type NameKind, OFFICER_DUTIES } from '../model/vocabulary.ts'
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

type Clients = Readonly<Record<string, readonly Duty[]>>

interface KnownClients {
  readonly floor: Clients
  /** For whoever tries the demo. */
  readonly yours: Clients
}

/** For whoever tries the demo. */
export const YOUR_CLIENTS: Clients = { [YOUR_SEAT.session]: ['orders:write', 'risk:read'] }

/** Both may do all that an officer may; that a release takes the two of them is the engine's to see to. */
export const DEMO_OFFICERS = ['officer-1', 'officer-2'] as const

/** Where the floor finds its secrets. @param directory the gate's data folder */
export function floorSecretsFile(directory: string): string {
  return join(directory, 'secrets', FLOOR_FILE)
}

/** Where you find yours. @param directory the gate's data folder */
export function yourSecretsFile(directory: string): string {
  return join(directory, 'secrets', YOUR_FILE)
}

/** Where an officer's key is. @param directory the gate's data folder */
export function officerKeyFile(directory: string, officer: string): string {
  return join(directory, 'keys', `${officer}.json`)
}

/**
 * Does nothing where it was done to its end. A start that was cut off between genesis record and secrets is finished, and
 * so is a folder of an earlier build that knew fewer clients: what is defined again stays as it is, and the clients of a
 * file that is not there, or lacks one, get new secrets. A played day has nobody who tries it,
 * and so no officers either.
 */
export async function beginDemo(
  gate: OpenGate,
  { firm, baseCurrency, tradeDate }: DemoGenesis,
  { floor, yours }: KnownClients = { floor: DEMO_CLIENTS, yours: YOUR_CLIENTS },
  officers: readonly string[] = DEMO_OFFICERS,
): Promise<void> {
  if (!gate.hasGenesis) {
    const [officer1 = '', officer2 = ''] = officers
    const record = { profile: DEMO, ledgerDecimals: 2, tradeDate, firm, baseCurrency, officer1, officer2 }
    await gate.command(GENESIS, record)
  }
  await admit(gate, FLOOR_FILE, floor)
  await admit(gate, YOUR_FILE, yours)
  for (const officer of officers) {
    await appoint(gate, officer)
    await giveKey(gate, officer)
  }
}

/** The genesis record of an older build named no officers. */
async function appoint(gate: OpenGate, officer: string): Promise<void> {
  if (gate.directory.idOf('PRINCIPAL', officer) >= 0) return
  await define(gate, 'PRINCIPAL', officer, PERSON)
  await bindDuties(gate, officer, OFFICER_DUTIES)
}

/** A new key where there is none, or where the gate does not know it. */
async function giveKey({ secrets, people }: OpenGate, officer: string): Promise<void> {
  const file = officerKeyFile(join(secrets.folder, '..'), officer)
  if (existsSync(file) && people.withKey(readPersonKey(file).kid)?.name === officer) return
  rmSync(file, { force: true })
  const key = await makePersonKey(officer)
  const { folder } = new SecretFiles(join(file, '..'))
  await people.register(officer, publicKeyOf(key), OFFICER_DUTIES)
  writePersonKey(join(folder, `${officer}.json`), key)
}

/** The file is written last of all, and so says that all its clients are known. */
async function admit(gate: OpenGate, file: string, clients: Clients): Promise<void> {
  const known = gate.hasGenesis ? (JSON.parse(gate.secrets.read(file) ?? '{}') as object) : {}
  const isKnown = (clientID: string) => Object.hasOwn(known, clientID) && gate.clients.has(clientID)
  if (Object.keys(clients).every(isKnown)) return
  const secrets: Record<string, string> = {}
  for (const [clientID, duties] of Object.entries(clients)) {
    secrets[clientID] = gate.clients.register(clientID, duties)
    await define(gate, 'SESSION', clientID)
    await define(gate, 'PRINCIPAL', clientID)
    await bindDuties(gate, clientID, duties)
  }
  gate.secrets.write(file, `${JSON.stringify(secrets, null, 2)}\n`)
}

function bindDuties(gate: OpenGate, principal: string, duties: readonly Duty[]): Promise<void> {
  const a = gate.directory.idOf('PRINCIPAL', principal)
  return gate.command(BINDING, { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a, b: dutyBits(duties), allow: 1 })
}

function define(gate: OpenGate, kind: NameKind, name: string, flags = 0): Promise<void> {
  return gate.command(HIERARCHY, { kind: NAME_KINDS.indexOf(kind), name, flags, ...NO_PARENTS })
}
