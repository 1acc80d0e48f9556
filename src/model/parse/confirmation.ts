/** A person's word on a soft block. */
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { CONFIRM } from '../records/commands.ts'
import { evidenceText } from './evidence.ts'
import { form, needNumber, needText, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

export const CONFIRM_FORM = form('Confirmation', 'Confirms one order that is over a soft level.', [
  needNumber('confirmId', 'seq', 'The confirmId that the answer to the order gave.', '4711'),
  needText('reason', 'Why it may go all the same.', 'Agreed with the client by phone'),
])

export function confirmOrder(
  words: WordsOf<typeof CONFIRM_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof CONFIRM> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal },
    confirmSeq: read.integer('confirmId', words.confirmId, 1),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: CONFIRM, values }
}
