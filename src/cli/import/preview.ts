/** What an import would do, for the eyes of whoever proposes it and of whoever approves: counts, and what would change. */
import type { ImportRow } from './import-file.ts'
import type { Body } from './import-kinds.ts'

interface Amount {
  readonly value: string
}

/** A row of `GET /limits`, as far as it is compared. */
export interface StandingLimit {
  readonly control: string
  readonly subject: { readonly kind: string; readonly name: string }
  readonly object?: { readonly kind: string; readonly name: string }
  readonly hard?: Amount
  readonly hardForReducing?: Amount
  readonly windowUs?: number
  readonly bandTicks?: number
  readonly warnBps?: readonly number[]
  readonly action?: string
  readonly mode?: string
}

/** A row of `GET /cells`. */
export interface StandingCell {
  readonly kind: string
  readonly account: string
  readonly symbol: string
  readonly position: string
}

/** What the gate has now, where somebody asked it. */
export interface Standing {
  readonly limits: readonly StandingLimit[]
  readonly cells: readonly StandingCell[]
}

export interface Change {
  readonly sign: '+' | '~' | '-' | '='
  readonly text: string
}

/** Rows by route, in the order in which they are sent: `12 /limits, 3 /parameters`. */
export function countsOf(rows: readonly ImportRow[]): string {
  const counts = new Map<string, number>()
  for (const { path } of rows) counts.set(path, (counts.get(path) ?? 0) + 1)
  return [...counts].map(([path, count]) => `${count} ${path}`).join(', ')
}

/** What each row changes; rows of routes that cannot be read back are left out. */
export function changesOf(rows: readonly ImportRow[], standing: Standing): readonly Change[] {
  const limits = new Map(standing.limits.map((row) => [standingKey(row), row]))
  const positions = new Map(
    standing.cells.filter(({ kind }) => kind === 'ACCOUNT').map((cell) => [`${cell.account} ${cell.symbol}`, cell]),
  )
  return rows.flatMap(({ path, body }) => {
    if (path === '/limits') return [limitChange(body, limits.get(limitKey(body)))]
    // A row that names a trader or a strategy states their part of the position too.
    if (path === '/positions') return [positionChange(body, positions.get(`${body.account} ${body.symbol}`))]
    return []
  })
}

function limitChange(body: Body, row: StandingLimit | undefined): Change {
  const name = limitKey(body)
  if (body.remove === true) {
    return row === undefined
      ? { sign: '=', text: `${name}: there is no such row to take away` }
      : { sign: '-', text: `${name}: ${wordsOfLimit(standingBody(row))}` }
  }
  const next = wordsOfLimit(body)
  if (row === undefined) return { sign: '+', text: `${name}: ${next}` }
  const now = wordsOfLimit(standingBody(row))
  return now === next ? { sign: '=', text: `${name}: ${now}` } : { sign: '~', text: `${name}: ${now} -> ${next}` }
}

function positionChange(body: Body, cell: StandingCell | undefined): Change {
  const owner = [body.trader, body.strategy].filter((name) => name !== undefined).join(' ')
  const name = `${body.account} ${body.symbol}${owner === '' ? '' : ` ${owner}`}`
  const next = plain(String(body.qty))
  if (cell === undefined) return { sign: '+', text: `${name}: ${next}` }
  const now = plain(cell.position)
  return now === next ? { sign: '=', text: `${name}: ${now}` } : { sign: '~', text: `${name}: ${now} -> ${next}` }
}

function limitKey({ control, subject, object, windowUs }: Body): string {
  const window = control === 'MESSAGE_RATE' && windowUs !== undefined ? ` in ${plain(String(windowUs))} us` : ''
  return `${control} ${subject}${object === undefined ? '' : ` on ${object}`}${window}`
}

function standingKey(row: StandingLimit): string {
  return limitKey(standingBody(row))
}

/** A standing row as a file would say it. */
function standingBody(row: StandingLimit): Body {
  const { control, subject, object, hard, hardForReducing, windowUs, bandTicks, warnBps = [], action, mode } = row
  return {
    ...(hard === undefined ? {} : { hard: hard.value }),
    ...(hardForReducing === undefined ? {} : { hardForReducing: hardForReducing.value }),
    ...(action === undefined ? {} : { action }),
    ...(mode === undefined ? {} : { mode }),
    ...{ control, subject: `${subject.kind}:${subject.name}` },
    ...(object === undefined ? {} : { object: `${object.kind}:${object.name}` }),
    ...(windowUs === undefined ? {} : { windowUs: String(windowUs) }),
    ...(bandTicks === undefined ? {} : { bandTicks: String(bandTicks) }),
    ...(warnBps.length === 0 ? {} : { warnBps: warnBps.map(String) }),
  }
}

/** The levels of a row with what it does; defaults are said, so that two rows that mean the same read the same. */
function wordsOfLimit(body: Body): string {
  const { hard, hardForReducing = hard, bandTicks = '0', warnBps = [], action = 'BLOCK', mode = 'ENFORCE' } = body
  const words = [`hard ${plain(String(hard))}`]
  if (plain(String(hardForReducing)) !== plain(String(hard)))
    words.push(`for reducing ${plain(String(hardForReducing))}`)
  if (body.windowUs !== undefined && body.control !== 'MESSAGE_RATE')
    words.push(`in ${plain(String(body.windowUs))} us`)
  if (bandTicks !== '0') words.push(`band ${plain(String(bandTicks))} ticks`)
  if ((warnBps as readonly string[]).length > 0)
    words.push(`warn ${(warnBps as readonly string[]).map(plain).join(' ')} bps`)
  if (action !== 'BLOCK') words.push(String(action))
  if (mode !== 'ENFORCE') words.push(String(mode))
  return words.join(', ')
}

/** A number without what does not count: 01.50 is 1.5. */
function plain(number: string): string {
  const [, sign = '', whole = '', part = ''] = /^([+-]?)0*(\d*)\.?(\d*?)0*$/.exec(number) ?? []
  if (whole === '' && part === '') return /\d/.test(number) ? '0' : number
  return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${part === '' ? '' : `.${part}`}`
}
