/** docs/reference/errors.md: every refusal and every request error, from the tables of the model. */
import { REASONS, type ReasonRow } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { REQUEST_ERRORS } from '../../model/errors.ts'
import { code, GENERATED, page, table } from './markdown.ts'

const INTRODUCTION = `Two kinds, never mixed. A **reason** is the gate's decision not to do what a command asked: it was sequenced, and it stands
in the journal. A **request error** is a request that was never sequenced: it changed
nothing and is in no journal. Codes and numbers are for ever; one that is retired is never used again.`

const REASONS_INTRODUCTION = `FIX is OrdRejReason (103), on FIX 5.0 SP2 and on FIX 4.2 and 4.4. The code is the truth, the number its translation. Where
several controls refuse, the reason is that of the first by precedence ([controls](controls.md)); all of them are recorded.`

const REQUESTS_INTRODUCTION = `The answer names the code, the path of the field at fault where there is one, and the text.`

export function errorsPage(): string {
  const control = (reason: ReasonRow) => {
    const row = CONTROLS.find(({ id }) => id === reason.control)
    return row === undefined ? '' : `[${row.id}](controls.md#${row.code.toLowerCase()})`
  }
  return page(
    '# Reasons and request errors',
    GENERATED,
    INTRODUCTION,
    '## Reasons',
    REASONS_INTRODUCTION,
    table(
      ['Number', 'Reason', 'Control', 'FIX 5.0 SP2', 'FIX 4.2, 4.4', 'What it says'],
      REASONS.filter(({ number }) => number !== 0).map((reason) => [
        String(reason.number),
        code(reason.code),
        control(reason),
        String(reason.fix[0]),
        String(reason.fix[1]),
        reason.text,
      ]),
    ),
    '## Request errors',
    REQUESTS_INTRODUCTION,
    table(
      ['Code', 'HTTP', 'What it says'],
      REQUEST_ERRORS.map((error) => [
        code(error.code),
        error.httpStatus === 0 ? 'session' : String(error.httpStatus),
        error.text,
      ]),
    ),
  )
}
