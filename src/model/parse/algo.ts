/** The registration of an algorithm: form and constructor. */
import { NAME_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { ALGO } from '../records/control-commands.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayName, needCode, needFlag, needId, needName, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

/** Profiles of gates, by their number in Genesis. */
export const ENVIRONMENTS = ['demo', 'production'] as const
const HASH_CHARS = 64
const HEX = /^[0-9a-f]+$/

export const ALGO_FORM = form(
  'Algo',
  'Registers an algorithm for a strategy, or takes its approval back.',
  [
    needName('strategy', 'Strategy that it trades under; the last registration stands.', EXAMPLE.strategy),
    needCode('environment', ENVIRONMENTS, 'Profile of the gates that it is approved for.', 'demo'),
    needName('owner', 'Person who answers for it.', 'officer-1'),
    needFlag('approved', 'true: its orders may pass; false: not, or not any more.', true),
    needName('algoId', 'Id in the inventory of algorithms.', 'TWAP-EU'),
    needName('version', 'Its version.', '3.2.0'),
    {
      ...needId('parameterHash', 'Hash of its set of parameters.', '9f86d081884c7d65'),
      ...{ most: HASH_CHARS, unit: 'hex digits, lower case' },
    },
    mayName('killContact', 'Whom to call to stop it.', 'desk +1 555 0100'),
  ],
  ['killContact'],
)

export function algo(
  words: WordsOf<typeof ALGO_FORM>,
  names: Directory,
  { session, principal }: Sender,
): Command<typeof ALGO> | RequestError {
  const read = new Reading(names)
  const values = {
    session,
    principal,
    strategy: read.name('STRATEGY', 'strategy', words.strategy),
    environment: read.code('environment', words.environment, ENVIRONMENTS),
    owner: read.name('PRINCIPAL', 'owner', words.owner),
    approved: words.approved === true ? 1 : 0,
    algoId: read.text('algoId', words.algoId, NAME_CHARS),
    version: read.text('version', words.version, NAME_CHARS),
    parameterHash: read.text('parameterHash', words.parameterHash, HASH_CHARS),
    killContact: read.text('killContact', words.killContact, NAME_CHARS),
  }
  if (!HEX.test(values.parameterHash)) read.fail('BAD_CHARACTERS', 'parameterHash', 'Hex digits, lower case.')
  return read.fault ?? { layout: ALGO, values }
}
