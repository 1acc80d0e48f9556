/** Names and what they may do together: hierarchy and bindings. Forms and constructors. */
import { NAME_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { BINDING, HIERARCHY } from '../records/commands.ts'
import { BINDING_KINDS, type BindingKind, DUTIES, NAME_KINDS, type NameKind } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayFlag, mayName, needCode, needFlag, needName, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

const DEFINABLE = NAME_KINDS.filter((kind) => kind !== 'INSTRUMENT' && kind !== 'FIRM')

export const HIERARCHY_FORM = form(
  'Hierarchy',
  'Defines a name: a scope, venue, feed, sector, currency and so on.',
  [
    needCode('kind', DEFINABLE, 'What it is.', 'ACCOUNT'),
    needName('name', 'The name, unique in its kind.', EXAMPLE.account),
    mayName('entity', 'Legal entity of an account.', EXAMPLE.entity),
    mayName('client', 'Client of an account.', EXAMPLE.client),
    mayName('desk', "Desk of a trader; an account's home desk.", EXAMPLE.desk),
    mayName('trader', 'Trader responsible for a strategy.', EXAMPLE.trader),
    mayName('owner', 'Beneficial owner of an account: the group of self-match prevention.', EXAMPLE.owner),
    mayFlag('nonAtomicReplace', 'VENUE: a replace may leave both versions live.', false),
    mayFlag('crossVenue', 'OWNER: self-match is tested across venues.', false),
    mayFlag('cancelRestingFirst', 'OWNER: an order is held until those that it crosses are canceled.', false),
    mayFlag('person', 'PRINCIPAL: a person, who may make or check; not a machine.', false),
    mayFlag('algorithm', 'STRATEGY: an algorithm, which needs an approved registration.', false),
  ],
  ['entity', 'client', 'desk', 'owner'],
)

type HierarchyFlag = 'nonAtomicReplace' | 'crossVenue' | 'cancelRestingFirst' | 'person' | 'algorithm'
/** The second flag of an OWNER. */
const CANCELS_FIRST = 2

/** Which parents a kind must name. */
const PARENTS: Partial<Record<NameKind, readonly ('entity' | 'client' | 'desk' | 'trader' | 'owner')[]>> = {
  ACCOUNT: ['entity', 'client', 'desk', 'owner'],
  TRADER: ['desk'],
  STRATEGY: ['trader'],
}

export function hierarchy(
  words: WordsOf<typeof HIERARCHY_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof HIERARCHY> | RequestError {
  const read = new Reading(names)
  const kind = (words.kind ?? '') as NameKind
  read.code('kind', kind, DEFINABLE)
  // What every object has is no kind.
  const parents = (Object.hasOwn(PARENTS, kind) ? PARENTS[kind] : undefined) ?? []
  for (const parent of ['entity', 'client', 'desk', 'trader', 'owner'] as const) {
    const given = words[parent] !== undefined
    if (parents.includes(parent) && !given) read.fail('MISSING_FIELD', parent)
    if (!parents.includes(parent) && given) read.fail('FIELD_CONFLICT', parent, `A ${kind} has no ${parent}.`)
  }
  const flag = (field: HierarchyFlag, of: NameKind) => {
    if (words[field] !== undefined && kind !== of) read.fail('FIELD_CONFLICT', field, `Only a ${of} has it.`)
    return words[field] === true
  }
  const cancelsFirst = flag('cancelRestingFirst', 'OWNER')
  const flags = [
    flag('nonAtomicReplace', 'VENUE'),
    flag('crossVenue', 'OWNER'),
    flag('person', 'PRINCIPAL'),
    flag('algorithm', 'STRATEGY'),
  ]
  const values = {
    session: sender.session,
    principal: sender.principal,
    kind: NAME_KINDS.indexOf(kind),
    entity: read.name('ENTITY', 'entity', words.entity),
    client: read.name('CLIENT', 'client', words.client),
    desk: read.name('DESK', 'desk', words.desk),
    trader: read.name('TRADER', 'trader', words.trader),
    owner: read.name('OWNER', 'owner', words.owner),
    flags: (flags.includes(true) ? 1 : 0) | (cancelsFirst ? CANCELS_FIRST : 0),
    name: read.text('name', words.name, NAME_CHARS),
  }
  return read.fault ?? { layout: HIERARCHY, values }
}

export const BINDING_FORM = form(
  'Binding',
  'Permits, or forbids again, what two names may do together.',
  [
    needCode('kind', BINDING_KINDS, 'Which two: TRADER_ACCOUNT takes trader and account, and so on.', 'TRADER_ACCOUNT'),
    mayName('trader', 'Trader.', EXAMPLE.trader),
    mayName('strategy', 'Strategy.', EXAMPLE.strategy),
    mayName('session', 'Client.', EXAMPLE.session),
    mayName('account', 'Account.', EXAMPLE.account),
    mayName('venue', 'Venue.', EXAMPLE.venue),
    mayName('assetClass', 'Asset class.', EXAMPLE.assetClass),
    mayName('principal', 'Person or client.', EXAMPLE.principal),
    {
      name: 'duties',
      kind: 'texts',
      required: false,
      doc: 'Duties of a principal.',
      example: ['kill', 'release:request'],
      values: DUTIES,
      most: DUTIES.length,
    },
    needFlag('allow', 'true permits, false forbids.', true),
  ],
  ['trader', 'account'],
)

type BindingField = 'trader' | 'strategy' | 'session' | 'account' | 'venue' | 'assetClass' | 'principal'

/** The two fields of each kind and the kinds of their names; a set of duties stands for the second of the last. */
const BOUND: Record<BindingKind, readonly [BindingField, NameKind, BindingField | 'duties', NameKind]> = {
  TRADER_ACCOUNT: ['trader', 'TRADER', 'account', 'ACCOUNT'],
  STRATEGY_ACCOUNT: ['strategy', 'STRATEGY', 'account', 'ACCOUNT'],
  SESSION_ACCOUNT: ['session', 'SESSION', 'account', 'ACCOUNT'],
  SESSION_TRADER: ['session', 'SESSION', 'trader', 'TRADER'],
  SESSION_VENUE: ['session', 'SESSION', 'venue', 'VENUE'],
  ACCOUNT_ASSET_CLASS: ['account', 'ACCOUNT', 'assetClass', 'ASSET_CLASS'],
  PRINCIPAL_DUTY: ['principal', 'PRINCIPAL', 'duties', 'PRINCIPAL'],
}
const BINDING_FIELDS = [
  'trader',
  'strategy',
  'session',
  'account',
  'venue',
  'assetClass',
  'principal',
  'duties',
] as const

export function binding(
  words: WordsOf<typeof BINDING_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof BINDING> | RequestError {
  const read = new Reading(names)
  const kind = read.code('kind', words.kind, BINDING_KINDS)
  if (read.fault !== undefined) return read.fault
  const [first, firstKind, second, secondKind] = BOUND[BINDING_KINDS[kind] as BindingKind]
  for (const field of BINDING_FIELDS) {
    const belongs = field === first || field === second
    if (belongs && words[field] === undefined) read.fail('MISSING_FIELD', field)
    if (!belongs && words[field] !== undefined) read.fail('FIELD_CONFLICT', field, `${words.kind} has no ${field}.`)
  }
  const values = {
    session: sender.session,
    principal: sender.principal,
    kind,
    a: read.name(firstKind, first, words[first]),
    b: second === 'duties' ? dutyBits(read, words.duties ?? []) : read.name(secondKind, second, words[second]),
    allow: words.allow === true ? 1 : 0,
  }
  return read.fault ?? { layout: BINDING, values }
}

function dutyBits(read: Reading, duties: readonly string[]): number {
  let bits = 0
  for (const duty of duties) bits |= 1 << Math.max(read.code('duties', duty, DUTIES), 0)
  if (duties.length === 0) read.fail('MISSING_FIELD', 'duties')
  return bits
}
