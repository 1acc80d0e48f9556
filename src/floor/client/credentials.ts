/**
 * The clients that the floor acts as, and their secrets. No client may both send orders and feed the prices that they are
 * judged by, so the floor is several of them.
 */
import { readFileSync } from 'node:fs'
import type { Duty } from '../../model/vocabulary.ts'

/** What each of the floor's clients may do; the gate's operator registers them. */
export const FLOOR_CLIENTS = {
  /** Order management: orders, replaces, cancels. */
  'floor-ems': ['orders:write'],
  /** The venue's side: reports what was executed, and is asked to cancel. */
  'floor-venue': ['executions:write', 'cancels:execute'],
  /** Market data: quotes, heartbeats, phases. */
  'floor-feed': ['quotes:write'],
  /** Operations: names, instruments, positions, limits, the day's end; reads exposure. */
  'floor-risk': [
    'reference:write',
    'positions:write',
    'lists:write',
    'limits:propose',
    'limits:approve',
    'day:roll',
    'risk:read',
  ],
} as const satisfies Readonly<Record<string, readonly Duty[]>>

export type FloorClient = keyof typeof FLOOR_CLIENTS

export type FloorSecrets = Readonly<Record<FloorClient, string>>

/** Those of the demo: its venue reports over an order session of its own, and leaves `floor-venue` to whoever tries the demo. */
export const DEMO_CLIENTS = {
  ...FLOOR_CLIENTS,
  'floor-line': ['executions:write', 'cancels:execute'],
} as const satisfies Readonly<Record<string, readonly Duty[]>>

export type DemoClient = keyof typeof DEMO_CLIENTS

export type DemoSecrets = Readonly<Record<DemoClient, string>>

/** Reads `{ "floor-ems": "secret", ... }`. @throws Error that names the file, and never a secret */
export function readSecrets(path: string): FloorSecrets {
  return readSecretsOf(FLOOR_CLIENTS, path)
}

export function readDemoSecrets(path: string): DemoSecrets {
  return readSecretsOf(DEMO_CLIENTS, path)
}

function readSecretsOf<K extends string>(clients: Readonly<Record<K, unknown>>, path: string): Record<K, string> {
  let secrets: Partial<Record<string, unknown>>
  try {
    secrets = JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<string, unknown>>
  } catch (error) {
    // The error of JSON.parse quotes what it read.
    const reason = error instanceof SyntaxError ? 'it is no JSON' : String(error)
    throw new Error(`the floor's secrets cannot be read from ${path}: ${reason}`)
  }
  for (const client of Object.keys(clients)) {
    if (typeof secrets[client] !== 'string') throw new Error(`${path} holds no secret of ${client}`)
  }
  return secrets as Record<K, string>
}
