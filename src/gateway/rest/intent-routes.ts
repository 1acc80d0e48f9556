/** Reads of what senders have said they intend: a parent order and what it has come to, and the inventory of algorithms. */
import { RequestError } from '../../model/errors.ts'
import { formatMoney } from '../../model/explain/amounts.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { ENVIRONMENTS } from '../../model/parse/algo.ts'
import { form, needId, type Words } from '../../model/parse/form.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { SIDES } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import { seesAll } from '../visibility.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'

const PARENT_QUERY_FORM = form('ParentQuery', 'Names a parent order or a basket.', [
  needId('parentClOrdID', 'What its slices name it by.', 'P-20261121-000002'),
])

export function intentRoutes(gate: Gate): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/parents/:parentClOrdID',
      duties: ['orders:write', 'risk:read'],
      tag: 'Orders',
      summary: 'A parent order or a basket of this client',
      description: 'What was declared, and what its slices, or lines, have come to: executed and open.',
      form: PARENT_QUERY_FORM,
      answer: 'ParentOrder',
      answerDescription: 'The parent.',
      errors: ['UNKNOWN_NAME'],
      sequenced: false,
      handle: (call, rows) => showParent(gate, call, rows[0] as Words),
    },
    {
      method: 'GET',
      url: '/algos',
      duties: ['risk:read', 'audit:read'],
      tag: 'Reference data',
      summary: 'The inventory of algorithms',
      description: 'The registration that stands for each strategy. For people and overseers.',
      answer: 'Algos',
      answerDescription: 'Registrations, by strategy.',
      sequenced: false,
      handle: (call) => showAlgos(gate, call),
    },
  ]
}

function showParent(gate: Gate, call: Exchange, words: Words): void {
  const { directory, view } = gate
  const found = view.parent(call.caller.session, words.parentClOrdID as string)
  if (found === undefined) return call.refuse(new RequestError('UNKNOWN_NAME', 'parentClOrdID'))
  const { account, instrument, side, lines } = found
  const isBasket = instrument < 0
  const decimals = directory.instrument(instrument)?.qtyDecimals ?? 0
  const qty = (value: number) => (isBasket ? undefined : formatDecimal(value, decimals))
  const money = (value: number) => formatMoney(value, directory.ledgerDecimals)
  send(gate, call, {
    parentClOrdID: words.parentClOrdID,
    strategy: directory.nameOf('STRATEGY', found.strategy),
    account: account < 0 ? undefined : directory.nameOf('ACCOUNT', account),
    symbol: isBasket ? undefined : directory.nameOf('INSTRUMENT', instrument),
    side: isBasket ? undefined : SIDES[side],
    orderQty: qty(found.qty),
    notional: isBasket ? money(found.notional) : undefined,
    lines: isBasket ? lines : undefined,
    expireTime: found.expireUs === 0 ? undefined : formatTimeUs(found.expireUs),
    usedQty: qty(found.used),
    usedValue: money(found.value),
    slices: found.slices,
    openSlices: found.open,
  })
}

function showAlgos(gate: Gate, call: Exchange): void {
  if (!seesAll(call.caller)) return call.refuse(new RequestError('FORBIDDEN', '', 'For people and overseers.'))
  const { directory } = gate
  const algos = [...gate.view.algos()].map(({ strategy, owner, environment, approved, ...rest }) => ({
    strategy: directory.nameOf('STRATEGY', strategy),
    owner: directory.nameOf('PRINCIPAL', owner),
    environment: ENVIRONMENTS[environment],
    approved: approved === 1,
    ...rest,
  }))
  send(gate, call, { algos })
}

function send(gate: Gate, call: Exchange, body: object): void {
  const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
  call.send(200, JSON.stringify({ ...body, seq: gate.view.seq, profile }))
}
