/** One-line mistakes in what keeps an EMS from sending, and an adapter from letting out, what it may not. */
import type { Mutant } from './mutant.ts'

const ASKING = 'client/asking.ts'
const OUTBOX = 'client/outbox.ts'
const GUARD = 'adapter/guard.ts'

export const CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'the client routes an approval that nobody waits for',
    file: ASKING,
    from: "if (this.#isOver) return ['APPROVAL_LATE', 'its approval came when nobody waited for it']",
    to: '',
    by: ['client/gate.test', 'client/lost-lines.test'],
  },
  {
    name: 'the client routes an approval whose token has run out',
    file: ASKING,
    from: 'if (this.#expiresInMs(decision) <= 0)',
    to: 'if (this.#expiresInMs(decision) <= -1e9)',
    by: ['client/gate.test'],
  },
  {
    name: 'the client says NotSent of an order that somebody else has sent',
    file: ASKING,
    from: '(this.#isInDoubt && decision.seq > this.#sentAfterSeq)',
    to: 'this.#sentMs >= 0',
    by: ['client/gate.test'],
  },
  {
    name: 'the client gives an order up that the gate may have decided',
    file: ASKING,
    from: 'if (!this.#isOver || this.#isInDoubt) return this',
    to: 'if (!this.#isOver) return this',
    by: ['client/gate.test'],
  },
  {
    name: 'the client keeps what was never sent reserved',
    file: ASKING,
    from: 'if (live !== false) this.#home.tellNotSent(this.clOrdID)',
    to: '',
    by: ['client/gate.test', 'client/lost-lines.test'],
  },
  {
    name: 'the client says NotSent after any fault of a route',
    file: ASKING,
    from: 'if (cause instanceof NotRouted) {',
    to: 'if (cause instanceof Error) {',
    by: ['client/gate.test'],
  },
  {
    name: 'the client sends again what the gate has taken',
    file: OUTBOX,
    from: 'if (resumed && seq <= lastTakenSeq) continue',
    to: 'if (resumed && seq < 0) continue',
    by: ['client/gate.test', 'client/lost-lines.test'],
  },
  {
    name: 'the client asks a gate that does not decide',
    file: ASKING,
    from: "if (breaker.state !== 'closed') return",
    to: "if (breaker.state === 'halfOpen') return",
    by: ['client/gate.test'],
  },
  {
    name: 'an adapter takes a token twice',
    file: 'adapter/used-tokens.ts',
    from: "if (this.#expiries.has(key)) return 'USED'",
    to: '',
    by: ['adapter/guard.test'],
  },
  {
    name: 'an adapter forgets a token that lives',
    file: 'adapter/used-tokens.ts',
    from: 'if (expiryUs <= nowUs) this',
    to: 'if (expiryUs >= 0) this',
    by: ['adapter/guard.test'],
  },
  {
    name: 'an adapter lets orders out when the gate is silent',
    file: GUARD,
    from: 'clock.nowMs() - pulse.heardMs > silentMs',
    to: 'pulse.heardMs < 0',
    by: ['adapter/guard.test'],
  },
  {
    name: 'an adapter lets out what it may have let out before it began',
    file: GUARD,
    from: "if (proved <= Math.max(startSeq, killFeed.firstSeq)) return 'BEFORE_START'",
    to: '',
    by: ['adapter/guard.test'],
  },
  {
    name: 'an adapter lets out what a latch covers',
    file: 'adapter/latch-cover.ts',
    from: 'if (latch.seq < seq) return false',
    to: 'if (latch.seq > 0) return false',
    by: ['adapter/guard.test'],
  },
  {
    name: 'an adapter believes a sender who says whose order it is',
    file: 'adapter/latch-cover.ts',
    from: 'return own === undefined || name.startsWith(UNTOLD) || own === name',
    to: 'return own === name',
    by: ['adapter/guard.test'],
  },
]
