/**
 * Names that the examples of the forms use: those that the demo keeps for whoever tries it, so that an example can be sent
 * as it stands. The model knows no firm; a test holds this table to the demo's world.
 */
export const EXAMPLE = {
  ...{ firm: 'DEMO', entity: 'ENTITY-1', client: 'CLIENT-4', owner: 'OWNER-2', desk: 'DESK-5' },
  ...{ trader: 'TRADER-9', account: 'ACC-13', strategy: 'STRAT-7', session: 'your-ems', principal: 'floor-risk' },
  ...{ symbol: 'AAPL', currency: 'USD', sector: 'Information Technology', assetClass: 'EQUITY' },
  ...{ venue: 'XSIM', feed: 'SIM-FEED', foreignCurrency: 'EUR' },
  // Near the price that the demo's market opens at.
  ...{ price: '225.00', stopPx: '231.00', bidPx: '228.98', askPx: '229.02', lastPx: '229.00' },
} as const
