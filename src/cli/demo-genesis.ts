/**
 * The first records of a demo journal: the genesis record and the floor's clients with their duties. Their secrets go into
 * one file of the secrets folder, which the floor reads.
 */
import { join } from 'node:path'
import { dutyBits } from '../auth/duties.ts'
import { FLOOR_CLIENTS } from '../floor/client/credentials.ts'
import { BINDING, GENESIS, HIERARCHY } from '../model/records/commands.ts'
import { BINDING_KINDS, NAME_KINDS, type NameKind } from '../model/vocabulary.ts'
import type { OpenGate } from './open-gate.ts'

const SECRETS_FILE = 'floor.json'
const NO_PARENTS = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 } as const
const DEMO = 0

export interface DemoGenesis {
  readonly firm: string
  readonly baseCurrency: string
  /** yyyymmdd. */
  readonly tradeDate: number
}

/** Where the floor finds its secrets. @param directory the gate's data folder */
export function floorSecretsFile(directory: string): string {
  return join(directory, 'secrets', SECRETS_FILE)
}

/**
 * Does nothing where it was done to its end. A start that was cut off between genesis record and secrets is finished:
 * what is defined again stays as it is, and the clients get new secrets, for nobody was told the first ones.
 */
export async function beginDemo(gate: OpenGate, { firm, baseCurrency, tradeDate }: DemoGenesis): Promise<void> {
  const areKnown = Object.keys(FLOOR_CLIENTS).every((clientID) => gate.clients.has(clientID))
  // The secrets are written last of all.
  if (gate.hasGenesis && areKnown && gate.secrets.read(SECRETS_FILE) !== undefined) return
  if (!gate.hasGenesis) await gate.command(GENESIS, { profile: DEMO, ledgerDecimals: 2, tradeDate, firm, baseCurrency })
  const secrets: Record<string, string> = {}
  for (const [clientID, duties] of Object.entries(FLOOR_CLIENTS)) {
    secrets[clientID] = gate.clients.register(clientID, 'client', duties)
    await define(gate, 'SESSION', clientID)
    await define(gate, 'PRINCIPAL', clientID)
    const a = gate.directory.idOf('PRINCIPAL', clientID)
    await gate.command(BINDING, { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a, b: dutyBits(duties), allow: 1 })
  }
  gate.secrets.write(SECRETS_FILE, `${JSON.stringify(secrets, null, 2)}\n`)
}

function define(gate: OpenGate, kind: NameKind, name: string): Promise<void> {
  return gate.command(HIERARCHY, { kind: NAME_KINDS.indexOf(kind), name, ...NO_PARENTS })
}
