/** Proposals: what people have asked for that takes two of them. The lines of one that has ended are gone. */
import { PROPOSAL_BYTES_OF_MAKER, PROPOSALS_KEPT, PROPOSALS_OF_MAKER } from '../../model/bounds.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Indices in PROPOSAL_STATES. */
export const enum ProposalState {
  DRAFT = 0,
  PENDING = 1,
  APPLYING = 2,
  DONE = 3,
  REJECTED = 4,
  EXPIRED = 5,
}

export interface Proposal {
  readonly id: number
  /** PRINCIPAL that made it, under this key. */
  readonly maker: number
  readonly key: string
  readonly title: string
  readonly madeUs: number
  /** Its Propose said that lines would follow; hash of the line that it carried, 0 and 0 without. A repeat is told by them. */
  readonly isLong: boolean
  readonly first0: number
  readonly first1: number
  state: ProposalState
  expiresUs: number
  /** PRINCIPAL that approved or rejected it; -1 if none has. */
  checker: number
  /** One command record each; empty once it has ended. */
  lines: Uint8Array[]
  /** How many lines it has, or had. */
  count: number
  /** Which kinds of command stand in the lines: bits of command-duties. */
  kinds: number
  /** Running hash of the lines. */
  hash0: number
  hash1: number
  /** The line that is applied next, what those before it defined, and how many of them were refused. */
  next: number
  ids: number[]
  refused: number
  refusals: { readonly line: number; readonly reason: number }[]
}

export type Proposals = ReturnType<typeof createProposals>

export function createProposals() {
  /** By id, oldest first. */
  const byId = new Map<number, Proposal>()
  const byKey = new Map<string, Proposal>()
  /** How many open ones each maker has, and the bytes of their lines; made anew where a state is loaded. */
  const shares = new Map<number, { open: number; bytes: number }>()
  /** In the order of their approval. */
  const applying: Proposal[] = []

  function isOpen({ state }: Proposal): boolean {
    return state < ProposalState.DONE
  }

  function get(id: number): Proposal | undefined {
    return byId.get(id)
  }

  function withKey(maker: number, key: string): Proposal | undefined {
    return byKey.get(`${maker}/${key}`)
  }

  /** True where the maker may not open one more. */
  function hasEnough(maker: number): boolean {
    return shareOf(maker).open >= PROPOSALS_OF_MAKER
  }

  /** True where so many bytes more are too many of the maker's. */
  function isTooMuch(maker: number, bytes: number): boolean {
    return shareOf(maker).bytes + bytes > PROPOSAL_BYTES_OF_MAKER
  }

  function shareOf(maker: number): { open: number; bytes: number } {
    const share = shares.get(maker) ?? { open: 0, bytes: 0 }
    shares.set(maker, share)
    return share
  }

  function all(): Iterable<Proposal> {
    return byId.values()
  }

  function add(proposal: Proposal): void {
    byId.set(proposal.id, proposal)
    byKey.set(`${proposal.maker}/${proposal.key}`, proposal)
    proposals.next = proposal.id + 1
    proposals.open++
    shareOf(proposal.maker).open++
  }

  /** Appends a line, whose bytes it keeps. */
  function addLine(proposal: Proposal, line: Uint8Array, kind: number): void {
    proposal.lines.push(line)
    proposal.kinds |= kind
    proposal.count++
    const [hash0, hash1] = hashOfLine(proposal.hash0, proposal.hash1, line)
    proposal.hash0 = hash0
    proposal.hash1 = hash1
    proposals.bytes += line.length
    shareOf(proposal.maker).bytes += line.length
  }

  /** Ends an open one: its lines go, and the oldest of those that have ended where too many are kept. */
  function end(proposal: Proposal, state: ProposalState): void {
    const share = shareOf(proposal.maker)
    for (const line of proposal.lines) {
      proposals.bytes -= line.length
      share.bytes -= line.length
    }
    share.open--
    proposal.state = state
    proposal.lines = []
    proposal.ids = []
    proposals.open--
    const place = applying.indexOf(proposal)
    if (place >= 0) applying.splice(place, 1)
    if (byId.size - proposals.open <= PROPOSALS_KEPT) return
    for (const old of byId.values()) {
      if (isOpen(old)) continue
      byId.delete(old.id)
      byKey.delete(`${old.maker}/${old.key}`)
      return
    }
  }

  /** It was approved: its lines are applied from now on. */
  function begin(proposal: Proposal, checker: number): void {
    proposal.state = ProposalState.APPLYING
    proposal.checker = checker
    applying.push(proposal)
  }

  /** The one that was approved first and has lines left to apply. */
  function inHand(): Proposal | undefined {
    return applying[0]
  }

  function visit(v: StateVisitor): void {
    proposals.next = v.int(proposals.next)
    proposals.open = v.int(proposals.open)
    proposals.bytes = v.int(proposals.bytes)
    const ids = v.data(applying.map(({ id }) => id))
    v.map(byId)
    if (!v.isLoading) return
    for (const proposal of byId.values()) {
      byKey.set(`${proposal.maker}/${proposal.key}`, proposal)
      if (!isOpen(proposal)) continue
      const share = shareOf(proposal.maker)
      share.open++
      for (const line of proposal.lines) share.bytes += line.length
    }
    for (const id of ids) applying.push(byId.get(id)!)
  }

  const proposals = {
    /** Id of the next proposal. */
    next: 1,
    /** How many are open, and the bytes of their lines. */
    open: 0,
    bytes: 0,
    get,
    withKey,
    hasEnough,
    isTooMuch,
    all,
    add,
    addLine,
    end,
    begin,
    inHand,
    visit,
  }
  return proposals
}

/** The hash of lines, which ended in (hash0, hash1), with one more. For comparison, not for security. */
export function hashOfLine(hash0: number, hash1: number, line: Uint8Array): readonly [number, number] {
  const words = new Int32Array(line.buffer, line.byteOffset, line.length >> 2)
  let a = hash0
  let b = hash1
  for (const word of words) {
    a = Math.imul((a << 13) | (a >>> 19), 0x85ebca6b) ^ Math.imul(word, 0xcc9e2d51)
    b = (Math.imul(((b << 11) | (b >>> 21)) ^ word, 0x1b873593) + 0x38495ab5) | 0
  }
  return [a, b]
}
