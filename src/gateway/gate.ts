/**
 * What a wire needs of the gate behind it: the sequencer's submission, names and reads of the engine's state, and the
 * facts of this run. Every wire is written against this port; tests put a made-up gate behind it.
 */
import type { Directory } from '../model/directory.ts'
import type { EngineView } from '../model/engine-port.ts'
import type { RuleInfo } from '../model/rules.ts'
import type { DiskRoom, Pulse, Submission } from '../sequencer/ports.ts'

export interface Gate {
  /** Takes a command; its answer comes when it is durable. */
  submit(submission: Submission): void
  readonly directory: Directory
  readonly view: EngineView
  /** Rules of the pack in force, by the index that decisions name. */
  readonly rules: readonly RuleInfo[]
  /** Everything up to this command is durable: nothing later may be told to anyone. */
  readonly durableSeq: number
  /** True after the journal failed: nothing is decided any more. */
  readonly isDown: boolean
  /** Whether the journal's disk takes more; while it is full only cancels, executions and kills are taken. */
  readonly diskRoom: DiskRoom
  /** How it stands with the loop that decides. */
  readonly pulse: Pulse
  /** Number of this run, higher than that of every earlier one: approval tokens carry it. */
  readonly epoch: number
  /** First sequence number of this run. */
  readonly firstSeq: number
}
