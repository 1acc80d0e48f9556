/** Comma-separated values by RFC 4180, strictly: what is not written so is a fault with its line, never a guess. */

export interface CsvRow {
  /** Line that it begins at, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvFault {
  readonly line: number
  readonly fault: string
}

/** The rows of a text, empty lines left out; or the first thing that is wrong. */
export function readCsv(source: string): readonly CsvRow[] | CsvFault {
  // Spreadsheets put a byte order mark in front.
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source
  const rows: CsvRow[] = []
  let at = 0
  let line = 1
  while (at < text.length) {
    const begin = line
    const cells: string[] = []
    for (;;) {
      const cell = text[at] === '"' ? quoted(text, at) : plain(text, at)
      if (typeof cell === 'string') return { line, fault: cell }
      cells.push(cell.value)
      at = cell.end
      line += cell.lines
      if (text[at] !== ',') break
      at++
    }
    const isEnd = at >= text.length
    const newline = /^\r?\n/.exec(text.slice(at, at + 2))?.[0]
    if (!isEnd && newline === undefined)
      return { line, fault: 'a comma or the end of the line is missing behind a quote' }
    at += newline?.length ?? 0
    line++
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: begin, cells })
  }
  return rows
}

interface Cell {
  readonly value: string
  readonly end: number
  /** Line ends inside it. */
  readonly lines: number
}

function plain(text: string, at: number): Cell | string {
  let end = at
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') {
    if (text[end] === '"') return 'a quote stands inside a cell that does not begin with one'
    end++
  }
  const hasReturn = text[end - 1] === '\r' && (end >= text.length || text[end] === '\n') && end > at
  const value = text.slice(at, hasReturn ? end - 1 : end)
  return value.includes('\r') ? 'a carriage return stands inside a line' : { value, end: at + value.length, lines: 0 }
}

function quoted(text: string, at: number): Cell | string {
  let value = ''
  for (let from = at + 1; ; ) {
    const close = text.indexOf('"', from)
    if (close < 0) return 'a quote is not closed'
    value += text.slice(from, close)
    if (text[close + 1] !== '"') return { value, end: close + 1, lines: value.split('\n').length - 1 }
    value += '"'
    from = close + 2
  }
}
