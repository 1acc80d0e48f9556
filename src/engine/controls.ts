/** One instance of every control over the state and the scratch; each stands in its own file of `controls/`. */
import type { RulePack } from '../model/rules.ts'
import { createAlgoRegistered } from './controls/algo-registered.ts'
import { createBasketTotal } from './controls/basket-total.ts'
import { createCumPctAdv } from './controls/cum-pct-adv.ts'
import { createDailyGross } from './controls/daily-gross.ts'
import { createDailyLoss } from './controls/daily-loss.ts'
import { createDuplicateOrder } from './controls/duplicate-order.ts'
import { createGrossExecuted } from './controls/gross-executed.ts'
import { createInstrumentPermission } from './controls/instrument-permission.ts'
import { createInstrumentTradable } from './controls/instrument-tradable.ts'
import { createIntradayNet } from './controls/intraday-net.ts'
import { createLimitsPresent } from './controls/limits-present.ts'
import { createMarketAccess } from './controls/market-access.ts'
import { createMarketData } from './controls/market-data.ts'
import { createMarketOrderProtection } from './controls/market-order-protection.ts'
import { createMaxLongPosition } from './controls/max-long-position.ts'
import { createMaxOpenOrders } from './controls/max-open-orders.ts'
import { createMaxOrderNotional } from './controls/max-order-notional.ts'
import { createMaxOrderPctAdv } from './controls/max-order-pct-adv.ts'
import { createMaxOrderQty } from './controls/max-order-qty.ts'
import { createMaxShortPosition } from './controls/max-short-position.ts'
import { createMessageRate } from './controls/message-rate.ts'
import { createOpenOrderNotional } from './controls/open-order-notional.ts'
import { createOrderStructure } from './controls/order-structure.ts'
import { createParentChild } from './controls/parent-child.ts'
import { createPortfolioGross } from './controls/portfolio-gross.ts'
import { createPriceCollar } from './controls/price-collar.ts'
import { createPriceCollarWindow } from './controls/price-collar-window.ts'
import { createRegulatoryCompliance } from './controls/regulatory-compliance.ts'
import { createRejectStorm } from './controls/reject-storm.ts'
import { createRepeatedExecution } from './controls/repeated-execution.ts'
import { createSectorConcentration } from './controls/sector-concentration.ts'
import { createSelfMatch } from './controls/self-match.ts'
import { createTradingState } from './controls/trading-state.ts'
import type { Judgement } from './judgement.ts'
import type { State } from './state/state.ts'

export type Controls = ReturnType<typeof createControls>

export function createControls(state: State, pack: RulePack, j: Judgement) {
  const collar = createPriceCollar(state, j)
  const pctAdv = createMaxOrderPctAdv(state, j)
  return {
    ...createTradingState(state, j),
    ...createMarketAccess(state, j),
    ...createOrderStructure(state, j),
    ...createInstrumentPermission(state, j),
    ...createInstrumentTradable(state, j),
    ...createLimitsPresent(state, j),
    ...createMaxOrderQty(state, j),
    ...createMaxOrderNotional(j),
    ...pctAdv,
    ...createCumPctAdv(state, j, pctAdv),
    ...collar,
    ...createPriceCollarWindow(state, j),
    ...createRepeatedExecution(state, j),
    ...createRejectStorm(state, j),
    ...createMarketOrderProtection(state, j, collar),
    ...createDuplicateOrder(state, j),
    ...createMessageRate(state, j),
    ...createMaxOpenOrders(state, j),
    ...createIntradayNet(state, j),
    ...createDailyGross(state, j),
    ...createAlgoRegistered(state, j),
    ...createMarketData(state, j),
    ...createParentChild(state, j),
    ...createBasketTotal(state, j),
    ...createGrossExecuted(state, j),
    ...createDailyLoss(state, j),
    ...createPortfolioGross(state, j),
    ...createOpenOrderNotional(state, j),
    ...createSectorConcentration(state, j),
    ...createMaxLongPosition(state, j),
    ...createMaxShortPosition(state, j),
    ...createSelfMatch(state, j),
    ...createRegulatoryCompliance(state, pack, j),
  }
}
