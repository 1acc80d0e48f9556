/** Commands about what passed while the journal was down. */
import { ID_CHARS, NAME_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { f64, i32, text } from './schema.ts'

/** What a cancel says; a cancel of either record is decided from the same bytes. */
export const CANCEL_FIELDS = [
  f64('receivedTimeUs', 'timeUs', 'When the gateway had read it, evidence only.'),
  i32('owner', 'id', "SESSION whose order it is; a cancel agent's own session is not the owner."),
  text('clOrdID', ID_CHARS, 'ClOrdID of the cancel; may be empty.'),
  text('origClOrdID', ID_CHARS, 'Any id of the order chain.'),
] as const

export const SPILLED_CANCEL = command(
  70,
  1,
  'SpilledCancel',
  'A cancel that passed while the journal was down, told by the next start; decided as a cancel.',
  [
    ...CANCEL_FIELDS,
    text('sender', NAME_CHARS, 'Client that sent it.'),
    text('ownerName', NAME_CHARS, 'Client whose order it is, as the sender named it.'),
  ],
)

export const JOURNAL_COMMANDS = [SPILLED_CANCEL] as const
