/** Steps of people: what one changes alone, what they propose, complete, approve and end, and proposals that nobody minds. */

import { PARAMETERS, parameterIndex } from '../../model/parameters.ts'
import { LINE_ID } from '../../model/records/people-commands.ts'
import { MAX } from '../twin/exact.ts'
import type { Proposal } from '../twin/kept.ts'
import * as rows from '../twin/rows.ts'
import type { Limit } from '../twin/state.ts'
import { type Command, lineOf } from './command.ts'
import { dateLine } from './day-steps.ts'
import type { Dice } from './dice.ts'
import type { Step } from './order-steps.ts'
import type { Script } from './script.ts'
import type { World } from './small-world.ts'

const MINUTE = 60_000_000
const MORE_LINES = 1

/** Of any standing: officers, people of other duties, a machine, nobody's number. */
function anyone(world: World, dice: Dice): number {
  return dice.weighted([
    [80, dice.of(world.officers)],
    [10, dice.of(world.people)],
    [6, world.machine],
    [4, dice.of([-1, 9_999])],
  ] as const)
}

function valuesOf(row: Limit) {
  const { control, subject, objectKind, object, action, mode } = row
  const [warn1Bps = 0, warn2Bps = 0, warn3Bps = 0, warn4Bps = 0] = row.warnBps.map(Number)
  return {
    ...{ control, subject, objectKind, object, action, mode, warn1Bps, warn2Bps, warn3Bps, warn4Bps },
    ...{ hard: Number(row.hard), hardForReducing: Number(row.hardForReducing), soft: Number(row.soft) },
    param: Number(row.param),
  }
}

/** A row in force with one respect or two changed, either way. */
function changedLimit(script: Script, dice: Dice): Command {
  const given = valuesOf(dice.of([...script.twin.state.limits.values()]))
  const near = (level: number) => Math.max(0, Math.min(Number(MAX), level + dice.of([-1, 0, 1, 50, -50, level, 7])))
  const isWindow = given.control === rows.C01 || given.control === rows.B09
  const changes = [
    { hard: isWindow ? Math.min(near(given.hard), 1_000_000) : near(given.hard) },
    given.hardForReducing > 0 ? { hardForReducing: Math.max(near(given.hardForReducing), given.hard) } : {},
    { soft: dice.of([0, given.hard, Math.floor(given.hard / 2)]) },
    { action: dice.below(3) },
    { mode: dice.chance(20) ? 1 : 0 },
    given.control === rows.B09 ? { param: near(given.param) + 1 } : {},
    given.control === rows.B03 ? { param: dice.below(6) } : {},
    {},
  ]
  return lineOf('Limit', { ...given, ...dice.of(changes), ...dice.of(changes) })
}

interface Times {
  readonly effectiveUs?: number
  readonly expiresUs?: number
  readonly flags?: number
}

/** The same row for a while, later, or as it was; now and then by times that no limit may have. */
function datedLimit(script: Script, dice: Dice): Command {
  const line = changedLimit(script, dice)
  const { timeUs } = script
  const soon = () => timeUs + dice.between(1, 400_000)
  const times = dice.weighted<Times>([
    [45, { expiresUs: soon(), flags: dice.of([0, 4]) }],
    [25, { effectiveUs: soon() }],
    [15, { effectiveUs: soon(), expiresUs: timeUs + 600_000 }],
    [5, { effectiveUs: soon(), flags: 1 }],
    [5, { flags: 8 }],
    [5, dice.of([{ flags: 4 }, { flags: 2 }, { expiresUs: timeUs }, { expiresUs: soon(), flags: 1 }, { flags: 16 }])],
  ] as const)
  return { ...line, values: { ...line.values, ...times } } as Command
}

/** Any command that a proposal may carry; now and then one that it may not. */
function anyLine(script: Script, world: World, dice: Dice): Command {
  const instrument = dice.of(world.instruments).id
  const { timeUs } = script
  switch (dice.below(11)) {
    case 0:
      return lineOf('Parameter', {
        parameter: dice.below(PARAMETERS.length),
        value: dice.of([0, 10, 25, 100, 1_000_000, 2_000_000]),
      })
    case 1:
      return lineOf('List', {
        ...{ list: 0, instrument, subject: dice.chance(50) ? -1 : dice.of(world.accounts), mode: dice.below(5) },
        ...{ fromUs: dice.of([0, timeUs + MINUTE]), untilUs: dice.of([0, 0, timeUs + 2 * MINUTE]) },
      })
    case 2: {
      const { trader, account } = dice.of(world.bound)
      return lineOf('Binding', { kind: 0, a: trader, b: account, allow: dice.chance(70) ? 1 : 0 })
    }
    case 3:
      return lineOf('Position', {
        ...{ account: dice.of(world.accounts), instrument, trader: -1, strategy: -1, qty: dice.between(-500, 500) },
      })
    case 4:
      return lineOf('Capital', { subject: 0, amount: 9_000_000_000 + dice.below(1_000), floor: 0, asOfUs: timeUs })
    case 5:
      return lineOf('Adv', { instrument: dice.chance(90) ? instrument : 77, qty: 1_000_000, days: 20 })
    case 7:
      return datedLimit(script, dice)
    case 6:
      return dice.chance(80) ? changedLimit(script, dice) : lineOf('Kill', { state: 1 })
    case 9:
      return dateLine(script, world, dice)
    case 8:
      return lineOf('Algo', {
        ...{ strategy: dice.of(world.strategies), owner: dice.of(world.people), approved: dice.of([0, 1, 1]) },
        ...{ environment: 0, algoId: 'A', version: '1', parameterHash: 'ab12' },
      })
    default:
      return changedLimit(script, dice)
  }
}

/** What a person, or a machine, sends directly, most of it of the tighter or looser kind. */
export const sendAlone: Step = (script, world, dice) => {
  const line = anyLine(script, world, dice)
  const principal = dice.chance(25) ? world.machine : anyone(world, dice)
  script.send(line.name, { ...line.values, session: -1, principal } as never)
}

export const propose: Step = (script, world, dice) => {
  const principal = anyone(world, dice)
  const key = dice.chance(95) ? script.freshId('key') : dice.of(['', 'key1', 'agreed1'])
  script.sendLine('Propose', { principal, key, title: dice.of(['', 'why']) }, anyLine(script, world, dice))
  if (dice.chance(60)) approveOne(script, world, dice)
}

/** A draft of a few lines, of which the last may name what the first defines. */
export const draft: Step = (script, world, dice) => {
  const principal = dice.of(world.officers)
  const [said] = script.send('Propose', { principal, key: script.freshId('draft'), flags: MORE_LINES })
  if (said?.name !== 'ProposalMoved') return
  const { proposal } = said
  const parents = { entity: dice.of(world.entities), client: dice.of(world.clients), desk: dice.of(world.desks) }
  const account = { kind: 5, ...parents, trader: -1, owner: 0, name: script.freshId('ACC') }
  const lines = [
    lineOf('Hierarchy', dice.chance(80) ? account : { ...account, desk: 9_999 }),
    ...Array.from({ length: dice.below(4) }, () => anyLine(script, world, dice)),
    lineOf('Limit', { ...valuesOf(dice.of([...script.twin.state.limits.values()])), subject: LINE_ID, hard: 5 }),
    lineOf('Adv', { instrument: dice.of([LINE_ID, LINE_ID + 99, 0]), qty: 1 }),
  ]
  let at = 0
  for (const line of lines) {
    const place = dice.chance(95) ? at : dice.below(9)
    const [added] = script.sendLine(
      'ProposalLine',
      { principal: dice.chance(97) ? principal : 1, proposal, line: place },
      line,
    )
    if (added?.name === 'ProposalLineAdded') at++
    if (dice.chance(5)) script.sendLine('ProposalLine', { principal, proposal, line: place }, line)
  }
  if (dice.chance(90)) submit(script, script.twin.state.proposals.get(proposal) as Proposal, dice)
  if (dice.chance(70)) approveOne(script, world, dice)
}

function submit(script: Script, { id, maker, count, hash }: Proposal, dice: Dice): void {
  const lines = dice.chance(95) ? count : count + 1
  script.send('ProposalSubmit', { principal: dice.chance(97) ? maker : 1, proposal: id, lines, ...hash })
}

/** Any proposal, mostly one of the last that wait. */
function anyProposal(script: Script, dice: Dice): Proposal | undefined {
  const all = [...script.twin.state.proposals.values()]
  const waiting = all.filter(({ state }) => state < 2)
  const choice = dice.chance(90) && waiting.length > 0 ? waiting : all
  return choice.length === 0 ? undefined : dice.of(choice.slice(-3))
}

export const approveOne: Step = (script, world, dice) => {
  const proposal = anyProposal(script, dice)
  if (proposal === undefined) {
    script.send('Approve', { principal: 0, proposal: 12_345 })
    return
  }
  if (proposal.state === 0 && dice.chance(70)) submit(script, proposal, dice)
  const other = world.officers.find((officer) => officer !== proposal.maker) ?? 0
  const principal = dice.chance(75) ? other : anyone(world, dice)
  const wrong = { contentHash0: 1, contentHash1: 2 }
  script.send('Approve', { principal, proposal: proposal.id, ...(dice.chance(95) ? proposal.hash : wrong) })
}

export const rejectOne: Step = (script, world, dice) => {
  const proposal = anyProposal(script, dice)
  const principal = dice.chance(50) ? (proposal?.maker ?? 0) : anyone(world, dice)
  script.send('RejectProposal', { principal, proposal: proposal?.id ?? 12_345 })
}

/** More lines than one command applies, and then its steps; the last is one too many. */
export const longOne: Step = (script, world, dice) => {
  const [maker, checker] = world.officers as [number, number]
  const [said] = script.send('Propose', { principal: maker, key: script.freshId('long'), flags: MORE_LINES })
  if (said?.name !== 'ProposalMoved') return
  const { proposal } = said
  const made = script.twin.state.proposals.get(proposal) as Proposal
  for (let left = dice.between(60, 140); left > 0; left--) {
    const place = { principal: maker, proposal, line: made.count }
    script.sendLine('ProposalLine', place, anyLine(script, world, dice))
  }
  script.send('ProposalSubmit', { principal: maker, proposal, lines: made.count, ...made.hash })
  script.send('Approve', { principal: checker, proposal, ...made.hash })
}

/** What the sequencer feeds between the commands of others. */
export const stepOne: Step = (script, _, dice) => {
  const { state } = script.twin
  const [id] = state.applying
  const proposal = id === undefined ? undefined : state.proposals.get(id)
  if (proposal === undefined && dice.chance(90)) return
  script.send('ProposalStep', { proposal: proposal?.id ?? 1, fromLine: proposal?.ids.length ?? 0 })
}

/** Proposals live for a minute at least: none that waits gets older than this. */
export const forget: Step = (script) => {
  script.send('Parameter', { parameter: parameterIndex('proposalLifeUs'), value: MINUTE })
  script.wait(MINUTE / 2 + 1)
}
