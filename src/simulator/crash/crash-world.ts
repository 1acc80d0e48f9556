/** The demo's world with room for load, told to a gate over REST, and the officer's duties. */
import { setTimeout as wait } from 'node:timers/promises'
import { ClientStore } from '../../auth/client-store.ts'
import { SecretFiles } from '../../auth/secret-files.ts'
import type { DemoGateReady } from '../../cli/demo-gate-ready.ts'
import { readSecrets } from '../../floor/client/credentials.ts'
import { GateClient } from '../../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../../floor/world/demo-world.ts'
import { setUpWorld } from '../../floor/world/set-up-world.ts'
import { OFFICER } from './crash-clients.ts'

/** So that the load is judged, and not only counted. */
const MESSAGES_A_WINDOW = '100000'

/** Registers the machine that stops trading before the gate reads its clients. Returns its secret. @param secrets the gate's folder of them */
export function registerOfficer(secrets: string): string {
  return new ClientStore(new SecretFiles(secrets)).register(OFFICER, ['kill'])
}

export async function tellWorld({ url, secretsFile }: DemoGateReady): Promise<void> {
  const options = { url: new URL(url), secrets: readSecrets(secretsFile), feed: DEMO_MARKET.feed, nowMs: Date.now }
  const gate = new GateClient({ ...options, wait: async (ms) => void (await wait(ms)) })
  try {
    const { firm, time } = await gate.readiness()
    const world = demoWorld(firm, 'floor-ems')
    const limits = world.limits.map((row) => (row.control === 'C01' ? { ...row, hard: MESSAGES_A_WINDOW } : row))
    await setUpWorld(gate, { ...world, limits }, time)
    const duty = { kind: 'PRINCIPAL_DUTY', principal: OFFICER, duties: ['kill'], allow: true }
    const rows = [
      ...(await gate.define('/hierarchy', [{ kind: 'PRINCIPAL', name: OFFICER }])),
      ...(await gate.define('/bindings', [duty])),
    ]
    for (const { applied, code, text } of rows) if (!applied) throw new Error(`the officer is refused: ${code} ${text}`)
  } finally {
    gate.close()
  }
}
