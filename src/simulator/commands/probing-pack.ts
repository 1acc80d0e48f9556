/**
 * A rule pack for tests: a rule or two on every fact, plain enough to be read at a glance.
 */
import { type Fact, factIndex, type RuleInfo, type RulePack } from '../../model/rules.ts'

type Read = (fact: Fact) => number

/** True where the order may not go; each gets worse with a larger quantity, never better. */
const REFUSES: Readonly<Record<string, (of: Read) => boolean>> = {
  halted: (of) => of('halted') === 1,
  noTrade: (of) => of('restrictedNoTrade') === 1,
  noBuy: (of) => of('restrictedNoBuy') === 1 && of('isBuy') === 1,
  noSell: (of) => of('restrictedNoSell') === 1 && of('isBuy') === 0,
  closeOnly: (of) => of('restrictedCloseOnly') === 1 && !isClosing(of),
  longSale: (of) =>
    of('regSho') === 1 &&
    of('isSellLong') === 1 &&
    !(of('quantity') + of('ownerLongSellLeaves') <= Math.max(of('ownerPosition'), 30)),
  locate: (of) =>
    of('regSho') === 1 &&
    of('isShort') + of('isShortExempt') === 1 &&
    of('easyToBorrow') === 0 &&
    !(of('quantity') <= of('locateAvailable')),
  upBid: (of) => of('rule201') === 1 && of('isShort') === 1 && !(of('isMarket') === 0 && of('price') > of('bid')),
  crossedAsk: (of) => of('isBuy') === 1 && of('price') > of('ask') * 1.5,
}

function isClosing(of: Read): boolean {
  return of('isBuy') === 1
    ? of('accountBuyLeaves') + of('quantity') <= -of('accountPosition')
    : of('accountSellLeaves') + of('quantity') <= of('accountPosition')
}

const rules: readonly RuleInfo[] = Object.keys(REFUSES).map((id) => ({
  id,
  title: id,
  citation: 'none',
  source: 'none',
  effectiveFrom: '2000-01-01',
  refusal: id,
}))

export const PROBING_PACK: RulePack = {
  version: 1,
  rules,
  firstRefusal(facts) {
    const of: Read = (fact) => facts[factIndex(fact)] as number
    return Object.values(REFUSES).findIndex((refuses) => refuses(of))
  },
}
