/**
 * Steps of parent orders and baskets: slices that fit, the first that does not, and slices of another parent.
 */
import { orderGiven, type Step } from './order-steps.ts'

const SECOND = 1_000_000

/** A parent and some of its slices; the last of them may be too much. */
export const slices: Step = (script, world, dice) => {
  const first = orderGiven(script, world, dice)
  const { session, strategy, account, instrument, side } = first
  const parentClOrdID = script.freshId('P')
  const isBasket = dice.chance(40)
  const count = dice.between(2, 4)
  const parent = {
    session,
    strategy,
    account: dice.chance(70) ? account : -1,
    expireTimeUs: dice.chance(20) ? script.timeUs + dice.below(2) * SECOND : 0,
    parentClOrdID,
    ...(isBasket
      ? { instrument: -1, side: -1, notional: dice.between(1, 400) * 1_000_000, lines: dice.between(1, 4) }
      : { instrument, side, orderQty: first.orderQty * dice.between(1, 4) }),
  }
  script.send('Parent', parent)
  if (dice.chance(10)) script.send('Parent', { ...parent, lines: dice.below(3) })
  for (let left = count; left > 0; left--) {
    const clOrdID = script.freshId('C')
    const other = dice.chance(8) ? orderGiven(script, world, dice) : first
    script.send('NewOrder', { ...other, session, clOrdID, parentClOrdID })
    if (dice.chance(30)) script.wait(dice.below(SECOND))
  }
}
