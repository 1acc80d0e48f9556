/** What the demo gate's process tells the one that started it. */
import type { Durability } from '../journal/segment-header.ts'

/** Sent once the gate decides orders. */
export interface DemoGateReady {
  readonly url: string
  readonly secretsFile: string
  readonly durability: Durability
  /** True where the journal was there already. */
  readonly continues: boolean
}

/** Exit code of a gate that must not be started again: its folder is in use, or its journal needs a person. */
export const DO_NOT_RESTART = 4
