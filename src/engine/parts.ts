/** The parts of an engine: who decides and who applies what, over one state. */
import type { RulePack } from '../model/rules.ts'
import { createBeside } from './beside.ts'
import { createClose } from './close.ts'
import { createContent } from './content.ts'
import { createControls } from './controls.ts'
import { CalendarDecider } from './decide-calendars.ts'
import { ConfirmationDecider } from './decide-confirmations.ts'
import { createFateDecider } from './decide-fate.ts'
import { GovernanceDecider } from './decide-governance.ts'
import { HoldDecider } from './decide-holds.ts'
import { LiveOrderDecider } from './decide-live-orders.ts'
import { createMarketDecider } from './decide-market.ts'
import { createOrderDecider } from './decide-order.ts'
import { OverrideDecider } from './decide-overrides.ts'
import { ReferenceDecider } from './decide-reference.ts'
import { createReportDecider } from './decide-report.ts'
import { StatementDecider } from './decide-statements.ts'
import { createEnforcementStep } from './enforcement.ts'
import { CalendarEvolver } from './evolve-calendars.ts'
import { createConfirmationEvolver } from './evolve-confirmations.ts'
import { GovernanceEvolver } from './evolve-governance.ts'
import { createHoldEvolver } from './evolve-holds.ts'
import { LiveOrderEvolver } from './evolve-live-orders.ts'
import { createMarketEvolver } from './evolve-market.ts'
import { createOrderEvolver } from './evolve-order.ts'
import { createOverrideEvolver } from './evolve-overrides.ts'
import { ProposalEvolver } from './evolve-proposals.ts'
import { ReferenceEvolver } from './evolve-reference.ts'
import { createReportEvolver } from './evolve-report.ts'
import { StatementEvolver } from './evolve-statements.ts'
import { createExplain } from './explain.ts'
import { createShift } from './exposure.ts'
import { createOrderFinder } from './find-order.ts'
import { Judgement } from './judgement.ts'
import { createMassCancel } from './mass-cancel.ts'
import { createOrderLife } from './order-life.ts'
import { createProfit } from './profit.ts'
import type { State } from './state/state.ts'
import { createSubjects } from './subjects.ts'
import { createTrigger } from './trigger.ts'
import { createTwoPeople } from './two-people.ts'
import { createWatcher } from './watch.ts'

export type Parts = ReturnType<typeof createParts>

/** `onError` is told of an exception inside a decision. */
export function createParts(state: State, rules: RulePack, onError: (error: unknown) => void) {
  const j = new Judgement()
  const shift = createShift(state)
  const life = createOrderLife(state, shift)
  const content = createContent(j)
  const subjects = createSubjects(state)
  const watcher = createWatcher(state)
  const profit = createProfit(state)
  const finder = createOrderFinder(state)
  const beside = createBeside(state)
  const orders = createOrderDecider(state, j, createControls(state, rules, j), content)
  const trigger = createTrigger(state, life, j, orders.restate, onError)
  const reports = createReportDecider(state, finder, j, content, beside, trigger)
  const evolveReports = createReportEvolver(state, life, shift, subjects, watcher, profit)
  const evolveReference = new ReferenceEvolver(state, shift, profit)
  const evolveMarket = createMarketEvolver(state, shift, evolveReference, profit, watcher)
  const evolveHolds = createHoldEvolver(state, life, j, content, watcher)
  const evolveConfirmations = createConfirmationEvolver(state, j, content)
  const evolveOverrides = createOverrideEvolver(state, j, content)
  return {
    orders,
    reports,
    park: reports.park,
    beside,
    fates: createFateDecider(state, finder, trigger),
    trigger,
    close: createClose(state),
    massCancel: createMassCancel(state),
    enforcement: createEnforcementStep(state),
    explain: createExplain(state, evolveReports),
    reference: new ReferenceDecider(state),
    market: createMarketDecider(state),
    governance: new GovernanceDecider(state),
    calendars: new CalendarDecider(state),
    statements: new StatementDecider(state),
    liveOrders: new LiveOrderDecider(state, orders.restate, trigger, onError),
    confirmations: new ConfirmationDecider(state),
    overrides: new OverrideDecider(state),
    holds: new HoldDecider(state, orders, onError),
    twoPeople: createTwoPeople(state),
    watcher,
    evolveOrders: createOrderEvolver(
      state,
      life,
      j,
      content,
      watcher,
      evolveConfirmations,
      evolveOverrides,
      evolveHolds,
    ),
    evolveConfirmations,
    evolveOverrides,
    evolveHolds,
    evolveReports,
    evolveReference,
    evolveMarket,
    evolveCalendars: new CalendarEvolver(state),
    evolveLiveOrders: new LiveOrderEvolver(state, life),
    evolveStatements: new StatementEvolver(state, shift, profit),
    evolveGovernance: new GovernanceEvolver(state, life, evolveMarket, evolveReference, subjects, watcher),
    evolveProposals: new ProposalEvolver(state),
  }
}
