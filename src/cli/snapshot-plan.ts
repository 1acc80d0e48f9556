/** How often the state of a gate is saved beside it. */

/** When the state is saved, and how many of those that were saved stay. */
export interface SnapshotPlan {
  /** After so many commands. */
  readonly commands: number
  /** And after so many minutes, where any command has come. */
  readonly minutes: number
  readonly kept: number
}

/** As a firm is well served by: what is behind a snapshot is read in seconds. */
export const SNAPSHOT_PLAN: SnapshotPlan = { commands: 1_000_000, minutes: 15, kept: 2 }
