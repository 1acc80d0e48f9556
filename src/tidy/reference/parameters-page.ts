/** docs/reference/parameters.md: every journaled parameter, from the table of the model. */
import { PARAMETERS, type ParameterRow } from '../../model/parameters.ts'
import { code, GENERATED, page, table } from './markdown.ts'

const INTRODUCTION = `What can change a decision and is no limit. A parameter is set by a Parameter command, so it is in the journal and a replay
meets it at the same place. Values outside the range are refused with \`INVALID_VALUE\`. What each does in a decision is in
[the decision, exactly](decision.md). Durations are microseconds, shares are basis points.`

export function parametersPage(): string {
  return page(
    '# Parameters',
    GENERATED,
    INTRODUCTION,
    table(
      ['Parameter', 'Default', 'Least', 'Most', 'What it is'],
      PARAMETERS.map((row) => [
        code(row.name),
        quantity(row, row.value),
        quantity(row, row.min),
        quantity(row, row.max),
        row.doc,
      ]),
    ),
  )
}

/** The value as it is journaled, and what it comes to. */
function quantity({ unit }: ParameterRow, value: number): string {
  if (unit === 'durationUs') return `${value} (${inSeconds(value)})`
  return unit === 'bps' ? `${value} (${value / 100} %)` : String(value)
}

function inSeconds(us: number): string {
  const seconds = us / 1_000_000
  if (seconds >= 86_400) return `${seconds / 86_400} d`
  return seconds >= 60 ? `${seconds / 60} min` : `${seconds} s`
}
