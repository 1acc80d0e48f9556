/** What the demo gate's process tells the one that started it. */
import type { Durability } from '../journal/segment-header.ts'

/** Sent once the gate decides orders. */
export interface DemoGateReady {
  readonly url: string
  readonly controlUrl: string
  /** Of the order session, as 127.0.0.1:8082. */
  readonly sessionAddress: string
  /** Of gRPC, as 127.0.0.1:8083. */
  readonly grpcAddress: string
  readonly secretsFile: string
  readonly durability: Durability
  /** True where the journal was there already. */
  readonly continues: boolean
  /** What it has come back from, in words; undefined where it has just begun. */
  readonly from: string | undefined
}

/** Exit code, for the supervisor alone, of a gate that must not be started again: it has said what a person must do. */
export const DO_NOT_RESTART = 4
