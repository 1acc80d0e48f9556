/** Decides proposals: who may make, complete, approve and end one, and whether what it carries may stand in one. */
import { PROPOSAL_BYTES, PROPOSAL_LINES, PROPOSALS_OPEN } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { HIERARCHY, INSTRUMENT } from '../model/records/commands.ts'
import { APPLIED, layoutOfType, REFUSED } from '../model/records/events.ts'
import {
  APPROVE,
  LINE_ID,
  PROPOSAL_LINE,
  PROPOSAL_STEP,
  PROPOSAL_SUBMIT,
  PROPOSE,
  REJECT_PROPOSAL,
} from '../model/records/people-commands.ts'
import {
  PROPOSAL_LINE_ADDED,
  PROPOSAL_LINE_APPLIED,
  PROPOSAL_MOVED,
  PROPOSAL_REPEATED,
} from '../model/records/people-events.ts'
import { decode, enclose, encode, type RecordLayout, tailAt } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt, versionAt } from '../model/records/tape.ts'
import { kindOf, mayApprove, mayPropose } from './command-duties.ts'
import { writeRefused } from './events-out.ts'
import { Kind } from './state/names.ts'
import { hashOfLine, type Proposal, ProposalState } from './state/proposals.ts'
import type { State } from './state/state.ts'

const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const MAKER_IS_CHECKER = reasonNumber('MAKER_IS_CHECKER')
const UNKNOWN_PROPOSAL = reasonNumber('UNKNOWN_PROPOSAL')
const PROPOSAL_STATE = reasonNumber('PROPOSAL_STATE')
const NOT_THE_MAKER = reasonNumber('NOT_THE_MAKER')
const CONTENT_MISMATCH = reasonNumber('CONTENT_MISMATCH')
const PROPOSAL_CONFLICT = reasonNumber('PROPOSAL_CONFLICT')
const LINE_OUT_OF_ORDER = reasonNumber('LINE_OUT_OF_ORDER')
const NOT_PROPOSABLE = reasonNumber('NOT_PROPOSABLE')
const PROPOSALS_OF_MAKER = reasonNumber('PROPOSALS_OF_MAKER')

const MORE_LINES = 1
/** Words of a record in front of its own fields: header, seq, timeUs, session, principal. */
const STAMP_WORDS = 8

export class ProposalDecider {
  readonly #state: State
  readonly #decideInner: (tape: Tape, offset: number) => void

  /** `decideInner` decides a command as if two people had approved it, and changes nothing. */
  constructor(state: State, decideInner: (tape: Tape, offset: number) => void) {
    this.#state = state
    this.#decideInner = decideInner
  }

  propose(tape: Tape, offset: number): void {
    const { proposals } = this.#state
    const { principal, flags, key, title } = decode(tape, offset, PROPOSE)
    if (!this.#isPerson(principal)) return writeRefused(tape, DUTY_MISSING, PROPOSE.at.principal)
    if (key === '') return writeRefused(tape, INVALID_VALUE, PROPOSE.at.key)
    if (flags !== 0 && flags !== MORE_LINES) return writeRefused(tape, INVALID_VALUE, PROPOSE.at.flags)
    const tail = tailAt(tape, offset, PROPOSE)
    const line = tail < 0 ? undefined : lineAt(tape, tail)
    const [first0, first1] = line === undefined ? [0, 0] : hashOfLine(0, 0, line)
    const known = proposals.withKey(principal, key)
    if (known !== undefined) {
      const isLong = flags === MORE_LINES
      const isSame =
        known.title === title && known.isLong === isLong && known.first0 === first0 && known.first1 === first1
      return isSame ? writeRepeated(tape, known, -1) : writeRefused(tape, PROPOSAL_CONFLICT)
    }
    if (flags === 0 && line === undefined) return writeRefused(tape, INVALID_VALUE)
    if (proposals.hasEnough(principal)) return writeRefused(tape, PROPOSALS_OF_MAKER)
    if (proposals.open >= PROPOSALS_OPEN) return writeRefused(tape, CAPACITY)
    if (line !== undefined) {
      const refusal = this.#refuseLine(tape, offset, tail, principal, 0)
      if (refusal !== 0) return writeRefused(tape, refusal)
      // What would be refused now is said now; the lines of a draft may hang on each other.
      if (flags === 0 && this.#wouldRefuse(tape, tail)) return
    }
    encode(tape, PROPOSAL_MOVED, {
      proposal: proposals.next,
      state: flags === 0 ? ProposalState.PENDING : ProposalState.DRAFT,
      lines: line === undefined ? 0 : 1,
      contentHash0: first0,
      contentHash1: first1,
    })
  }

  /** Writes the refusal that the command at `inner` would get now; false where it would take effect. */
  #wouldRefuse(tape: Tape, inner: number): boolean {
    const before = tape.end
    this.#decideInner(tape, inner)
    const refusal = typeAt(tape, before) === REFUSED.type ? decode(tape, before, REFUSED) : undefined
    tape.end = before
    if (refusal === undefined) return false
    writeRefused(tape, refusal.reason, refusal.field)
    return true
  }

  line(tape: Tape, offset: number): void {
    const { proposals } = this.#state
    const { principal, proposal: id, line } = decode(tape, offset, PROPOSAL_LINE)
    const proposal = proposals.get(id)
    if (proposal === undefined) return writeRefused(tape, UNKNOWN_PROPOSAL, PROPOSAL_LINE.at.proposal)
    if (principal !== proposal.maker) return writeRefused(tape, NOT_THE_MAKER, PROPOSAL_LINE.at.principal)
    if (proposal.state !== ProposalState.DRAFT) return writeRefused(tape, PROPOSAL_STATE)
    const tail = tailAt(tape, offset, PROPOSAL_LINE)
    if (tail < 0) return writeRefused(tape, INVALID_VALUE)
    const bytes = lineAt(tape, tail)
    const known = proposal.lines[line]
    if (known !== undefined) {
      return isSame(known, bytes) ? writeRepeated(tape, proposal, line) : writeRefused(tape, PROPOSAL_CONFLICT)
    }
    if (line !== proposal.count) return writeRefused(tape, LINE_OUT_OF_ORDER, PROPOSAL_LINE.at.line)
    if (line >= PROPOSAL_LINES) return writeRefused(tape, CAPACITY)
    const refusal = this.#refuseLine(tape, offset, tail, principal, line)
    if (refusal !== 0) return writeRefused(tape, refusal)
    const [contentHash0, contentHash1] = hashOfLine(proposal.hash0, proposal.hash1, bytes)
    encode(tape, PROPOSAL_LINE_ADDED, { proposal: id, line, contentHash0, contentHash1 })
  }

  /** Why the tail may not be a line, the `line`th, of this person's; 0 where it may. */
  #refuseLine(tape: Tape, offset: number, tail: number, principal: number, line: number): number {
    const layout = layoutOfType(typeAt(tape, tail))
    const kind = kindOf(tape, tail)
    if (kind === 0 || layout === undefined) return NOT_PROPOSABLE
    const bytes = lengthAt(tape, tail)
    if (tail + bytes !== offset + lengthAt(tape, offset)) return INVALID_VALUE
    if (bytes % 8 !== 0 || bytes < STAMP_WORDS * 4 || bytes > layout.bytes) return INVALID_VALUE
    const i = tail >> 2
    if (tape.i32[i + PROPOSE.at.session] !== -1 || tape.i32[i + PROPOSE.at.principal] !== -1) return INVALID_VALUE
    if (versionAt(tape, tail) > layout.version || !namesEarlierLines(tape, tail, layout, line)) return INVALID_VALUE
    if (!mayPropose(kind, this.#dutiesOf(principal))) return DUTY_MISSING
    if (this.#state.proposals.isTooMuch(principal, bytes)) return PROPOSALS_OF_MAKER
    return this.#state.proposals.bytes + bytes > PROPOSAL_BYTES ? CAPACITY : 0
  }

  submit(tape: Tape, offset: number): void {
    const { principal, proposal: id, lines, contentHash0, contentHash1 } = decode(tape, offset, PROPOSAL_SUBMIT)
    const proposal = this.#state.proposals.get(id)
    if (proposal === undefined) return writeRefused(tape, UNKNOWN_PROPOSAL, PROPOSAL_SUBMIT.at.proposal)
    if (principal !== proposal.maker) return writeRefused(tape, NOT_THE_MAKER, PROPOSAL_SUBMIT.at.principal)
    const { state, count, hash0, hash1 } = proposal
    if (state > ProposalState.PENDING) return writeRefused(tape, PROPOSAL_STATE)
    if (count === 0 || lines !== count || contentHash0 !== hash0 || contentHash1 !== hash1) {
      return writeRefused(tape, CONTENT_MISMATCH)
    }
    if (state === ProposalState.PENDING) return writeRepeated(tape, proposal, -1)
    writeMoved(tape, proposal, ProposalState.PENDING)
  }

  approve(tape: Tape, offset: number): void {
    const { principal, proposal: id, contentHash0, contentHash1 } = decode(tape, offset, APPROVE)
    const proposal = this.#state.proposals.get(id)
    if (proposal === undefined) return writeRefused(tape, UNKNOWN_PROPOSAL, APPROVE.at.proposal)
    const { state, kinds, hash0, hash1, maker, checker } = proposal
    if (!this.#isPerson(principal) || !mayApprove(kinds, this.#dutiesOf(principal))) {
      return writeRefused(tape, DUTY_MISSING, APPROVE.at.principal)
    }
    if (principal === maker) return writeRefused(tape, MAKER_IS_CHECKER, APPROVE.at.principal)
    if (contentHash0 !== hash0 || contentHash1 !== hash1) return writeRefused(tape, CONTENT_MISMATCH)
    const isApproved = state === ProposalState.APPLYING || state === ProposalState.DONE
    if (isApproved && principal === checker) return writeRepeated(tape, proposal, -1)
    if (state !== ProposalState.PENDING) return writeRefused(tape, PROPOSAL_STATE)
    writeMoved(tape, proposal, ProposalState.APPLYING)
  }

  reject(tape: Tape, offset: number): void {
    const { principal, proposal: id } = decode(tape, offset, REJECT_PROPOSAL)
    const proposal = this.#state.proposals.get(id)
    if (proposal === undefined) return writeRefused(tape, UNKNOWN_PROPOSAL, REJECT_PROPOSAL.at.proposal)
    const { state, kinds, maker, checker } = proposal
    const mayEnd = principal === maker || mayApprove(kinds, this.#dutiesOf(principal))
    if (!this.#isPerson(principal) || !mayEnd) return writeRefused(tape, DUTY_MISSING, REJECT_PROPOSAL.at.principal)
    if (state === ProposalState.REJECTED && principal === checker) return writeRepeated(tape, proposal, -1)
    if (state > ProposalState.PENDING) return writeRefused(tape, PROPOSAL_STATE)
    writeMoved(tape, proposal, ProposalState.REJECTED)
  }

  step(tape: Tape, offset: number): void {
    const { proposal: id, fromLine } = decode(tape, offset, PROPOSAL_STEP)
    const proposal = this.#state.proposals.inHand()
    if (proposal?.id !== id || proposal.next !== fromLine) return writeRefused(tape, PROPOSAL_STATE)
  }

  /** Its time is over. */
  expire(tape: Tape, id: number): void {
    const proposal = this.#state.proposals.get(id)
    if (proposal !== undefined && proposal.state <= ProposalState.PENDING) {
      writeMoved(tape, proposal, ProposalState.EXPIRED)
    }
  }

  /** Writes the event that carries the next line, stamped and with the ids that the lines it names have defined. */
  beginLine(tape: Tape, proposal: Proposal): number {
    const { id, next, lines, ids } = proposal
    const event = encode(tape, PROPOSAL_LINE_APPLIED, { proposal: id, line: next, id: -1 })
    const line = lines[next]!
    const inner = tape.end
    if (inner + line.length > tape.u8.length) throw new RangeError('the tape is full')
    tape.u8.set(line, inner)
    tape.end = inner + line.length
    enclose(tape, event)
    stamp(tape, inner, this.#state.seq, this.#state.timeUs)
    const layout = layoutOfType(typeAt(tape, inner))!
    for (const at of idFields(layout)) {
      const value = tape.i32[(inner >> 2) + at]!
      const defined = ids[value - LINE_ID] ?? -1
      // What names a line that defined nothing goes on naming it: -1 would be anyone, everything or each.
      if (value >= LINE_ID && defined >= 0) tape.i32[(inner >> 2) + at] = defined
    }
    return event
  }

  /** True where a line that was begun, at `inner`, names one that defined nothing. */
  namesNothing(tape: Tape, inner: number): boolean {
    return idFields(layoutOfType(typeAt(tape, inner))!).some((at) => tape.i32[(inner >> 2) + at]! >= LINE_ID)
  }

  /** Notes in the line's event what its command came to, by the first of its own events, at `events`. */
  noteLine(tape: Tape, event: number, events: number): void {
    const line = event >> 2
    const first = events >> 2
    const isApplied = typeAt(tape, events) === APPLIED.type
    const type = typeAt(tape, event + PROPOSAL_LINE_APPLIED.bytes)
    const defines = isApplied && (type === HIERARCHY.type || type === INSTRUMENT.type)
    tape.i32[line + PROPOSAL_LINE_APPLIED.at.id] = defines ? tape.i32[first + APPLIED.at.id]! : -1
    tape.i32[line + PROPOSAL_LINE_APPLIED.at.reason] = isApplied ? 0 : tape.i32[first + REFUSED.at.reason]!
  }

  /** Ends an approved proposal once its last line was applied. */
  finish(tape: Tape, proposal: Proposal): void {
    writeMoved(tape, proposal, ProposalState.DONE)
  }

  #isPerson(principal: number): boolean {
    const { names } = this.#state
    return names.has(Kind.PRINCIPAL, principal) && names.isPerson[principal] !== 0
  }

  #dutiesOf(principal: number): number {
    return this.#state.names.has(Kind.PRINCIPAL, principal) ? this.#state.names.duties[principal]! : 0
  }
}

function writeMoved(tape: Tape, proposal: Proposal, state: ProposalState): void {
  const { id, count, refused, hash0, hash1 } = proposal
  encode(tape, PROPOSAL_MOVED, {
    ...{ proposal: id, state, lines: count, refused },
    ...{ contentHash0: hash0, contentHash1: hash1 },
  })
}

function writeRepeated(tape: Tape, proposal: Proposal, line: number): void {
  encode(tape, PROPOSAL_REPEATED, { proposal: proposal.id, state: proposal.state, line })
}

/** The bytes of the command at `offset` as a proposal keeps them: without sequence number, time and sender. */
export function lineAt(tape: Tape, offset: number): Uint8Array {
  const line = tape.u8.slice(offset, (offset + Math.min(lengthAt(tape, offset), tape.end - offset)) & ~7)
  if (line.length < STAMP_WORDS * 4) return line
  new Float64Array(line.buffer, 8, 2).fill(0)
  new Int32Array(line.buffer, 24, 2).fill(-1)
  return line
}

/** Stamps an inner command as one of the gate itself, which two people have approved. */
function stamp(tape: Tape, offset: number, seq: number, timeUs: number): void {
  tape.f64[(offset >> 3) + 1] = seq
  tape.f64[(offset >> 3) + 2] = timeUs
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** Where a command's own ids stand. */
function idFields(layout: RecordLayout): readonly number[] {
  const at = layout.at as Readonly<Record<string, number>>
  return layout.fields
    .filter(({ name, kind, unit }) => kind === 'i32' && unit === 'id' && name !== 'session' && name !== 'principal')
    .map(({ name }) => at[name]!)
}

/** True where every id that stands for a line stands for one before this. */
function namesEarlierLines(tape: Tape, offset: number, layout: RecordLayout, line: number): boolean {
  return idFields(layout).every((at) => {
    const id = tape.i32[(offset >> 2) + at]!
    return id < LINE_ID || id - LINE_ID < line
  })
}
