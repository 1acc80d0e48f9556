/** The project's own words: few, each defined once. FIX names the rest. */

export interface Word {
  readonly word: string
  readonly meaning: string
}

/** In alphabetical order. */
export const OWN_WORDS: readonly Word[] = [
  {
    word: 'approval token',
    meaning:
      'What an approve carries and only the adapter of the venue can check: bound to the content of the order, good once and for a short time.',
  },
  {
    word: 'breach',
    meaning: 'An order does not fit a limit, or a use is over one. A refusal is a breach that was prevented.',
  },
  {
    word: 'cancel agent',
    meaning: 'A client that carries out cancel requests for orders of every client: a venue adapter, a drop-copy host.',
  },
  {
    word: 'cell',
    meaning:
      'Where quantities of one instrument are kept: the position P, the reserved buy leaves B and the reserved sell leaves S of an account, or of a desk, trader or strategy in an account.',
  },
  {
    word: 'command',
    meaning:
      'One thing that somebody asks of the gate, or tells it: an order, a report, a quote, a limit. Sequenced once, decided once.',
  },
  {
    word: 'control',
    meaning: 'One question asked of every order, with one code and one place in the order of precedence.',
  },
  {
    word: 'control listener',
    meaning:
      'The second listener of the gate: kill, release and their state alone, so that nothing else is in their way.',
  },
  {
    word: 'decision',
    meaning:
      'The event that answers an order, a replace or a what-if: outcome, reason, every limit row that was evaluated, and the versions of what was read.',
  },
  { word: 'duty', meaning: 'What a principal may do at the gate, such as `limits:approve`.' },
  {
    word: 'entry',
    meaning: 'A command on the tape and the events behind it. It is written, hashed and replayed as a whole.',
  },
  {
    word: 'event',
    meaning: 'What the gate decided about a command. State changes by events and by nothing else.',
  },
  {
    word: 'evolve',
    meaning:
      'To apply events to the state. The engine first decides, which changes nothing, and then evolves, which decides nothing; recovery is evolving alone.',
  },
  {
    word: 'exposure',
    meaning:
      'The worst that positions and open orders together can come to, counted from the moment of approval: gross, long, short, executed and open.',
  },
  {
    word: 'fact',
    meaning: 'A number that a regulatory rule reads of an order. NaN is "not known", and lets no order pass.',
  },
  {
    word: 'floor',
    meaning:
      'In the demo the trading floor: a process that sends made-up orders and plays their venue. In the architecture a folder of `src`, which may import only those below it.',
  },
  {
    word: 'gate',
    meaning:
      'The process that decides. Also the family of controls that are judged once per order and have no limit rows.',
  },
  {
    word: 'journal',
    meaning:
      'The tape on the disk, in blocks with a checksum and a chain of hashes. It is the truth; everything else can be rebuilt from it.',
  },
  {
    word: 'latch',
    meaning:
      'A trading state over every order that has a set of keys, such as one trader in one instrument. It stands until it is released, one latch at a time.',
  },
  {
    word: 'leaves',
    meaning:
      'The quantity of an order that can still execute (FIX LeavesQty). The leaves that are reserved are the largest over the versions of the order.',
  },
  {
    word: 'limit row',
    meaning:
      'A limit of one control for one subject and, where it names one, one object. All rows that match an order must let it pass.',
  },
  {
    word: 'mark',
    meaning:
      'The one price per instrument at which positions are valued. It moves by events, never by a decision on an order.',
  },
  {
    word: 'object',
    meaning: 'What a limit row is about besides its subject: an instrument, underlying, sector, asset class or venue.',
  },
  {
    word: 'override',
    meaning:
      'What two people agree on so that one refused order, sent again, passes the limit rows that refused it: once, for minutes, and up to the use that they refused.',
  },
  { word: 'principal', meaning: 'A person or a machine that a token names.' },
  {
    word: 'reference price',
    meaning:
      'The price that an order is compared with: mid, last trade, prior close, or a manual price, the first of these that is good now.',
  },
  {
    word: 'reserve, release',
    meaning:
      'To count an order at its worst from approval on, and to stop counting what can no longer execute. Nothing is released by the passing of time.',
  },
  {
    word: 'roll',
    meaning:
      'The end of a trade date: executed flow begins at zero, exchange rates are frozen, marks move to the references.',
  },
  { word: 'rule', meaning: 'One regulatory restriction as dated data, with its citation. Rules come in packs.' },
  { word: 'seq', meaning: 'The place of a command in the stream, counted from 1. The whole gate has one stream.' },
  {
    word: 'sequencer',
    meaning:
      'The single writer: gives each command its seq and its time, one after the other. Nothing is decided beside it.',
  },
  {
    word: 'stateHash',
    meaning: 'A hash of the whole state of the engine. Two engines that read the same journal have the same one.',
  },
  {
    word: 'subject',
    meaning:
      'Who limits, exposure and trading states are kept for: firm, entity, client, desk, trader, account, strategy, session.',
  },
  { word: 'tape', meaning: 'The memory that commands and events are written to, in the bytes that go to the disk.' },
  {
    word: 'trading state',
    meaning: 'What the latches over an order allow. Of several the worst counts.',
  },
  {
    word: 'twin',
    meaning:
      'The engine written a second time, slowly and from the decision page alone. Random commands go to both, and they must agree to the last unit.',
  },
  {
    word: 'what-if',
    meaning: 'An order that is judged and answered like any other, and reserves nothing.',
  },
]
