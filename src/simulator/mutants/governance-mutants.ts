/** Mistakes in what takes two people, and in what keeps one of them, or one sender, from the share of others. */

const TWO = 'engine/two-people.ts'
const REFERENCE = 'engine/decide-reference.ts'
const DATES = 'engine/dates-of-two.test'
const OFFICERS = 'engine/last-officers.test'
const UNDEFINED = 'engine/undefined-values.test'
const SHARES = 'engine/shares.test'

export const GOVERNANCE_MUTANTS = [
  {
    name: 'kinds of commands share the bits of a proposal again',
    file: 'engine/command-duties.ts',
    from: '[type, 2 << place]',
    to: '[type, 1 << (type + 0 * place)]',
    by: ['engine/governed.test'],
  },
  {
    name: 'a roll by hand takes nobody where the gate itself sends it',
    file: TWO,
    from: 'return tradeDate === calendars.nextRoll(subject).tradeDate',
    to: 'return tradeDate > 0',
    by: [DATES],
  },
  {
    name: 'a roll that nobody asked for is taken for the one that is due',
    file: TWO,
    from: 'timer.id !== subject || timer.dueUs > state.timeUs) return false',
    to: 'timer.id !== subject) return false',
    by: [DATES],
  },
  {
    name: 'a machine tells of a zone what it likes, as long as it is late enough',
    file: TWO,
    from: 'if (!zones.agrees(interval.zone, interval)) return false',
    to: '',
    by: [DATES],
  },
  {
    name: 'a machine says what the clocks show tomorrow',
    file: TWO,
    from: 'knownUntilUs >= state.timeUs + ZONE_NOTICE_US',
    to: 'knownUntilUs >= state.timeUs',
    by: [DATES],
  },
  {
    name: 'what is said again of a zone cuts off what is known of later',
    file: 'engine/state/zones.ts',
    from: 'if (interval.untilUs <= knownUntilUs(zone) && agrees(zone, interval)) return',
    to: '',
    by: [DATES, 'engine/calendars.test'],
  },
  {
    name: 'a machine moves a desk to another calendar by an account of its own',
    file: TWO,
    from: 'return easesName(command) || movesRoll(command)',
    to: 'return easesName(command)',
    by: [DATES],
  },
  {
    name: 'a proposed roll that fails with an error blocks nobody',
    file: 'engine/engine.ts',
    from: 'refuse(tape, inner, RISK_ERROR)',
    to: 'writeRefused(tape, RISK_ERROR)',
    by: [DATES],
  },
  {
    name: "one person takes another's duties away",
    file: TWO,
    from: 'if (names.isPerson[a] !== 0 && a !== principal) return false',
    to: '',
    by: [OFFICERS, 'engine/two-people.test'],
  },
  {
    name: 'the last two who can open the firm become one',
    file: REFERENCE,
    from: 'return people === 2',
    to: 'return people === 1',
    by: [OFFICERS],
  },
  {
    name: 'an officer becomes a machine',
    file: REFERENCE,
    from: 'if (kind === Kind.PRINCIPAL && command.flags === 0 && this.#isLast(known, 0)) {',
    to: 'if (command.flags > 1) {',
    by: [OFFICERS],
  },
  {
    name: 'an account gets ready by losing a venue',
    file: 'engine/evolve-reference.ts',
    from: 'if (allow === 0 && standing > 0) this.#state.statements.keepDemanded(kind, a, b)',
    to: '',
    by: ['engine/live-orders.test'],
  },
  {
    name: 'an undefined flag of an order is passed over',
    file: 'engine/controls/order-structure.ts',
    from: 'return (flags & ~KNOWN_FLAGS) === 0 ? 0 : INVALID_VALUE',
    to: 'return flags === KNOWN_FLAGS + 1 ? INVALID_VALUE : 0',
    by: [UNDEFINED],
  },
  {
    name: 'a fill with a side that is none is a sale',
    file: 'engine/decide-report.ts',
    from: 'if (!isSide(tape.i32[at + X.side]!)) booked[Booked.SIDE] = side',
    to: 'if (tape.i32[at + X.side]! < 0) booked[Booked.SIDE] = side',
    by: [UNDEFINED],
  },
  {
    name: 'one maker fills the table of proposals',
    file: 'engine/decide-proposals.ts',
    from: 'if (proposals.hasEnough(principal)) return writeRefused(tape, PROPOSALS_OF_MAKER)',
    to: '',
    by: [SHARES],
  },
  {
    name: 'a share of proposals is forgotten where a state is loaded',
    file: 'engine/state/proposals.ts',
    from: '      share.open++\n',
    to: '',
    by: [SHARES],
  },
  {
    name: 'one client fills the table of parents',
    file: 'engine/state/parents.ts',
    from: '(counts.get(session) ?? 0) >= PARENTS_OF_SESSION',
    to: '(counts.get(session) ?? 0) > PARENTS_OF_SESSION',
    by: [SHARES],
  },
  {
    name: 'one client fills the table of soft blocks',
    file: 'engine/state/waivers.ts',
    from: 'return hasOf(session) >= mostOfSession',
    to: 'return hasOf(session) > mostOfSession',
    by: ['engine/soft-blocks.test'],
  },
] as const
