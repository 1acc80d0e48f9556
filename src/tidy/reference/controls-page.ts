/** docs/reference/controls.md: one section per control of the table, from the header of its file. */
import { REASONS } from '../../model/codes.ts'
import { CONTROLS, type ControlRow } from '../../model/controls.ts'
import { type ControlHeader, HEADER_LABELS } from './control-header.ts'
import { code, GENERATED, list, page, table } from './markdown.ts'

const INTRODUCTION = `A control judges one order and never changes state. All are recorded with a decision; the one that fails with the lowest
precedence gives the reason on every wire. A gate is judged once per order, a limit against every row that matches it. What
each computes, to the last unit, is [the decision, exactly](decision.md); the reasons are in [errors](errors.md). Rows of a control that can be
overridden may be passed by one refused order, once, where two people agree on it.`

const UNITS: Readonly<Record<ControlRow['unit'], string>> = {
  none: 'none',
  qty: 'quantity',
  money: 'money',
  bps: 'basis points',
  count: 'count',
}

/** A control without a header gets a section of what the table knows. */
export function controlsPage(headers: ReadonlyMap<string, ControlHeader>): string {
  const controls: readonly ControlRow[] = CONTROLS
  const rows = [...controls].sort((a, b) => a.precedence - b.precedence)
  return page(
    '# Controls',
    GENERATED,
    INTRODUCTION,
    table(
      ['Precedence', 'Id', 'Control', 'Family', 'A limit counts', 'Can be overridden', 'Path of the what-if'],
      rows.map((row) => [
        String(row.precedence),
        row.id,
        `[${code(row.code)}](#${row.code.toLowerCase()})`,
        row.family,
        row.family === 'limit' ? UNITS[row.unit] : '',
        row.overridable ? 'yes' : '',
        row.path === undefined ? '' : code(row.path),
      ]),
    ),
    ...rows.map((row) => controlSection(row, headers.get(row.code))),
  )
    .trimEnd()
    .concat('\n')
}

function controlSection(row: ControlRow, header: ControlHeader | undefined): string {
  const facts = [
    `id ${row.id}`,
    row.family === 'limit' ? `limit in ${UNITS[row.unit]}` : 'gate',
    `precedence ${row.precedence}`,
    `bit ${row.index} of the decision's bitmap`,
    ...(row.path === undefined ? [] : [`what-if ${code(row.path)}`]),
  ]
  const lines = header === undefined ? [] : HEADER_LABELS.map((label) => `**${label}.** ${header.lines[label]}`)
  const reasons = REASONS.filter((reason) => reason.control === row.id)
  return page(
    `## ${code(row.code)}`,
    header === undefined ? undefined : capital(header.purpose),
    `${capital(facts.join(', '))}.`,
    list(lines),
    'Reasons:',
    list(reasons.map((reason) => `${code(reason.code)} ${reason.text}`)),
  ).trimEnd()
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
