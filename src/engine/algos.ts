/** Decides and applies the Algo command. */
import { reasonNumber } from '../model/codes.ts'
import { ALGO } from '../model/records/control-commands.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { writeApplied, writeRefused } from './events-out.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const A = ALGO.at

export function decideAlgo({ names }: State, tape: Tape, offset: number): void {
  const { strategy, owner, environment, approved, algoId, version, parameterHash } = decode(tape, offset, ALGO)
  if (!names.has(Kind.STRATEGY, strategy)) return writeRefused(tape, UNKNOWN_NAME, A.strategy)
  if (!names.has(Kind.PRINCIPAL, owner) || names.isPerson[owner] === 0) return writeRefused(tape, UNKNOWN_NAME, A.owner)
  if (environment !== 0 && environment !== 1) return writeRefused(tape, INVALID_VALUE, A.environment)
  if (approved !== 0 && approved !== 1) return writeRefused(tape, INVALID_VALUE, A.approved)
  if (algoId === '') return writeRefused(tape, INVALID_VALUE, A.algoId)
  if (version === '') return writeRefused(tape, INVALID_VALUE, A.version)
  if (parameterHash === '') return writeRefused(tape, INVALID_VALUE, A.parameterHash)
  writeApplied(tape, strategy)
}

export function evolveAlgo(state: State, tape: Tape, offset: number): void {
  const { seq, timeUs, session, principal, strategy, ...registration } = decode(tape, offset, ALGO)
  const { approved, environment } = registration
  state.referenceVersion++
  state.algos.register(strategy, registration, approved === 1 && environment === state.profile ? 1 : 0)
}
