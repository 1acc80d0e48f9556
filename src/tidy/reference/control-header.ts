/**
 * Reads the specification that a control's file opens with: a code with its sentence, then five labelled lines. The page
 * of controls is made of these, so that what a person reads stands beside the code that does it.
 */
import type { Finding, SourceFile } from '../source-text.ts'

export const HEADER_LABELS = ['Rule', 'Units', 'Reads', 'On breach', 'Source'] as const
export type HeaderLabel = (typeof HEADER_LABELS)[number]

export interface ControlHeader {
  readonly code: string
  /** What the control is for, in one sentence. */
  readonly purpose: string
  readonly lines: Readonly<Record<HeaderLabel, string>>
}

/** A header, or what is wrong with it. */
export type HeaderResult = ControlHeader | Finding

export function isFault(result: HeaderResult): result is Finding {
  return 'message' in result
}

/** Returns the header of a control's file. A line that is indented behind a label goes on with that label's text. */
export function readControlHeader(file: SourceFile): HeaderResult {
  const fault = (message: string): Finding => ({ path: file.path, line: 1, message })
  const comment = /^\/\*\*\n([\s\S]*?)\n ?\*\//.exec(file.text)?.[1]
  if (comment === undefined) return fault('a control opens with its specification')
  const rows = comment.split('\n').map((row) => row.replace(/^ \* ?/, ''))
  const blank = rows.indexOf('')
  if (blank < 0) return fault('a blank line parts the purpose of a control from its five lines')
  const purpose = /^([A-Z][A-Z0-9_]*): (\S.*)$/.exec(rows.slice(0, blank).join(' '))
  if (purpose === null) return fault('a control opens with its code, a colon and a sentence')
  const sections = readSections(rows.slice(blank + 1))
  const labels = sections.map(({ label }) => label)
  if (labels.join() !== HEADER_LABELS.join()) return fault(`a control has the lines ${HEADER_LABELS.join(', ')}`)
  const lines = Object.fromEntries(sections.map(({ label, text }) => [label, text]))
  return { code: purpose[1] as string, purpose: purpose[2] as string, lines: lines as ControlHeader['lines'] }
}

function readSections(rows: readonly string[]): readonly { readonly label: string; readonly text: string }[] {
  const sections: { label: string; text: string }[] = []
  for (const row of rows) {
    const label = HEADER_LABELS.find((known) => row.startsWith(`${known} `))
    const last = sections.at(-1)
    if (label !== undefined) sections.push({ label, text: row.slice(label.length).trim() })
    else if (last !== undefined && /^ {2,}\S/.test(row)) last.text += ` ${row.trim()}`
    else sections.push({ label: row, text: '' })
  }
  return sections
}
