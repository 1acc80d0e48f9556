/** Which commands a proposal may carry, and which duties let a person propose, approve or carry them out alone. */
import {
  ADV,
  BINDING,
  CAPITAL,
  DAY_ROLL,
  FX,
  HIERARCHY,
  INSTRUMENT,
  INSTRUMENT_STATE,
  LIMIT,
  LIST,
  LOCATE,
  PARAMETER,
  POSITION,
} from '../model/records/commands.ts'
import { ALGO } from '../model/records/control-commands.ts'
import { CALENDAR, CALENDAR_DAY, ZONE_TRANSITIONS } from '../model/records/day-commands.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import { DUTIES, type Duty } from '../model/vocabulary.ts'
import { Kind } from './state/names.ts'

const PRINCIPAL_DUTY = 6

const bits = (...duties: readonly Duty[]) => duties.reduce((sum, duty) => sum | (1 << DUTIES.indexOf(duty)), 0)
const PROPOSE_DUTY = bits('limits:propose')
const APPROVE_DUTY = bits('limits:approve')

/** Duties that carry a kind of command out, each as enough as the other: of a machine, and of a person who tightens. */
const CARRY_OUT: ReadonlyMap<number, number> = new Map([
  [POSITION.type, bits('positions:write')],
  [INSTRUMENT_STATE.type, bits('quotes:write', 'reference:write')],
  [INSTRUMENT.type, bits('reference:write')],
  [HIERARCHY.type, bits('reference:write', 'admin')],
  [BINDING.type, bits('reference:write', 'admin')],
  [LIST.type, bits('lists:write')],
  [LOCATE.type, bits('lists:write', 'reference:write')],
  [FX.type, bits('reference:write')],
  [CAPITAL.type, bits('reference:write')],
  [ADV.type, bits('reference:write')],
  [ALGO.type, bits('reference:write')],
  [PARAMETER.type, bits('limits:approve', 'admin')],
  [LIMIT.type, bits('limits:approve')],
  [CALENDAR.type, bits('reference:write')],
  [CALENDAR_DAY.type, bits('reference:write')],
  [ZONE_TRANSITIONS.type, bits('reference:write')],
  [DAY_ROLL.type, bits('day:roll')],
])

/** Stands in a set of kinds for what makes principals and their duties. */
const PRINCIPALS = 1
/** The bit of each type in a set of kinds. By its place above: types have more numbers than a set has bits. */
const BIT_OF: ReadonlyMap<number, number> = new Map([...CARRY_OUT.keys()].map((type, place) => [type, 2 << place]))
const BITS = 32
if (BIT_OF.size >= BITS) throw new RangeError('more kinds than a set has bits')
/** Of limits and parameters the duties to propose and to approve are two; nothing else makes up for one of them. */
const LIMITS_ALONE = (BIT_OF.get(LIMIT.type) ?? 0) | (BIT_OF.get(PARAMETER.type) ?? 0)

/** The bit of a command record in a set of kinds; 0 for one that no proposal may carry. */
export function kindOf(tape: Tape, offset: number): number {
  const type = typeAt(tape, offset)
  const bit = BIT_OF.get(type)
  if (bit === undefined) return 0
  // A row of a statement has no effect of its own: the statement has.
  if (type === POSITION.type && tape.i32[(offset >> 2) + POSITION.at.statement] !== 0) return 0
  return bit | (isOfPrincipals(tape, offset, type) ? PRINCIPALS : 0)
}

function isOfPrincipals(tape: Tape, offset: number, type: number): boolean {
  const i = offset >> 2
  if (type === BINDING.type) return tape.i32[i + BINDING.at.kind] === PRINCIPAL_DUTY
  return type === HIERARCHY.type && tape.i32[i + HIERARCHY.at.kind] === Kind.PRINCIPAL
}

/** True where the duties let their holder carry commands of this type out. */
export function mayCarryOut(type: number, duties: number): boolean {
  return ((CARRY_OUT.get(type) ?? 0) & duties) !== 0
}

/** True where the duties let a person tighten by a command of this type. */
export function mayTighten(type: number, duties: number): boolean {
  return mayCarryOut(type, duties) || (duties & (PROPOSE_DUTY | APPROVE_DUTY)) !== 0
}

export function mayPropose(kinds: number, duties: number): boolean {
  return mayTakePart(kinds, duties, PROPOSE_DUTY)
}

export function mayApprove(kinds: number, duties: number): boolean {
  return mayTakePart(kinds, duties, APPROVE_DUTY)
}

/** The one duty is enough for everything; else each kind needs one of its own. */
function mayTakePart(kinds: number, duties: number, enough: number): boolean {
  if ((duties & enough) !== 0) return true
  if (kinds === 0 || (kinds & LIMITS_ALONE) !== 0) return false
  if ((kinds & PRINCIPALS) !== 0 && (duties & bits('admin')) === 0) return false
  for (const [type, bit] of BIT_OF) if ((kinds & bit) !== 0 && !mayCarryOut(type, duties)) return false
  return true
}
