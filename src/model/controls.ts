/**
 * The control table: id, code, parameter path, family and unit of every control, in order of precedence. The first
 * control that fails gives the reason on every wire; all are recorded.
 *
 * A control's index is its place in the decision's bitmap and in the journal: append only, precedence is its own column.
 */

/** `gate`: judged once per order. `limit`: judged against every matching limit row. */
export type ControlFamily = 'gate' | 'limit'
/** What the numbers of a limit row of this control count. */
export type ControlUnit = 'none' | 'qty' | 'money' | 'bps' | 'count'

export interface ControlRow {
  readonly index: number
  /** Id in the catalogue, for example B02. */
  readonly id: string
  readonly code: string
  /** The what-if path of the product's parameter, where it has one. */
  readonly path?: string
  readonly family: ControlFamily
  readonly unit: ControlUnit
  /** Lower is judged first. */
  readonly precedence: number
  /** True where raising the number loosens the control. */
  readonly higherIsLooser: boolean
  /**
   * True where two people may let one refused order pass its rows. Never of a gate: who one is, what stops trading, what is
   * law and what is not known have no amount up to which they could be passed.
   */
  readonly overridable: boolean
}

function gate(index: number, id: string, code: string, precedence: number, path?: string): ControlRow {
  const row = {
    index,
    id,
    code,
    family: 'gate',
    unit: 'none',
    precedence,
    higherIsLooser: true,
    overridable: false,
  } as const
  return path === undefined ? row : { ...row, path }
}

function limit(
  index: number,
  id: string,
  code: string,
  precedence: number,
  unit: ControlUnit,
  path?: string,
): ControlRow {
  const row = { index, id, code, family: 'limit', unit, precedence, higherIsLooser: true, overridable: true } as const
  return path === undefined ? row : { ...row, path }
}

/** A limit that nobody overrides: its way out is to wait, the release of its latch, or fresh data. */
function strictLimit(index: number, id: string, code: string, precedence: number, unit: ControlUnit): ControlRow {
  return { ...limit(index, id, code, precedence, unit), overridable: false }
}

export const CONTROLS = [
  gate(0, 'M04', 'TRADING_STATE', 10),
  gate(1, 'A02', 'MARKET_ACCESS', 20),
  gate(2, 'A01', 'ORDER_STRUCTURE', 30),
  gate(3, 'A03', 'INSTRUMENT_PERMISSION', 40),
  gate(4, 'A06', 'INSTRUMENT_TRADABLE', 50),
  gate(5, 'A05', 'LIMITS_PRESENT', 60),
  limit(6, 'B01', 'MAX_ORDER_QTY', 70, 'qty', '/validate/max_order_qty'),
  limit(7, 'B03', 'PRICE_COLLAR', 80, 'bps'),
  gate(8, 'B05', 'MARKET_ORDER_PROTECTION', 90),
  limit(9, 'B02', 'MAX_ORDER_NOTIONAL', 100, 'money', '/validate/max_order_value'),
  limit(10, 'B09', 'DUPLICATE_ORDER', 110, 'count'),
  strictLimit(11, 'C01', 'MESSAGE_RATE', 120, 'count'),
  limit(12, 'C05', 'MAX_OPEN_ORDERS', 130, 'count'),
  gate(13, 'H01', 'SELF_MATCH', 140, '/validate/wash_trade'),
  gate(14, 'I00', 'REGULATORY_COMPLIANCE', 150, '/validate/regulatory_compliance'),
  limit(15, 'D03', 'DAILY_GROSS', 160, 'money', '/check/daily_gross_exposure'),
  limit(16, 'D05', 'PORTFOLIO_GROSS', 170, 'money'),
  limit(17, 'D02', 'INTRADAY_NET', 180, 'money', '/check/intraday_net_exposure'),
  limit(18, 'D08', 'SECTOR_CONCENTRATION', 190, 'bps', '/validate/sector_concentration'),
  limit(19, 'D06', 'OPEN_ORDER_NOTIONAL', 155, 'money'),
  limit(20, 'D01L', 'MAX_LONG_POSITION', 164, 'qty'),
  limit(21, 'D01S', 'MAX_SHORT_POSITION', 165, 'qty'),
  limit(22, 'D04', 'GROSS_EXECUTED', 158, 'money'),
  limit(23, 'B07', 'MAX_ORDER_PCT_ADV', 102, 'bps'),
  limit(24, 'B08', 'CUM_PCT_ADV', 104, 'bps'),
  limit(25, 'B04', 'PRICE_COLLAR_WINDOW', 84, 'bps'),
  strictLimit(26, 'C03', 'REPEATED_EXECUTION', 124, 'count'),
  strictLimit(27, 'C06', 'REJECT_STORM', 126, 'count'),
  strictLimit(28, 'E05', 'DAILY_LOSS', 195, 'money'),
  limit(29, 'B12', 'BASKET_TOTAL', 108, 'money'),
  gate(30, 'B13', 'PARENT_CHILD', 66),
  gate(31, 'A07', 'ALGO_REGISTERED', 45),
  strictLimit(32, 'B16', 'MARKET_DATA', 82, 'count'),
] as const satisfies readonly ControlRow[]

/** The control's row by index; throws where there is none. */
export function controlAt(index: number): ControlRow {
  const row = CONTROLS[index]
  if (row === undefined) throw new RangeError(`no control has index ${index}`)
  return row
}

/** Index of a control in the bitmap, by code. */
export function controlIndex(code: (typeof CONTROLS)[number]['code']): number {
  return CONTROLS.findIndex((row) => row.code === code)
}

/** A set of controls as two words of bits: controls 0 to 31, and 32 to 63. */
export function controlBits(controls: Iterable<number>): readonly [low: number, high: number] {
  let low = 0
  let high = 0
  for (const index of controls) {
    if (index < 32) low |= 1 << index
    else high |= 1 << (index - 32)
  }
  return [low, high]
}

/** True where the control is in the set. */
export function hasControl(low: number, high: number, index: number): boolean {
  return ((index < 32 ? low >> index : high >> (index - 32)) & 1) !== 0
}
