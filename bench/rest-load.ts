/**
 * A process of load: raw sockets, each with one order on its way at a time, so that the generator costs as little as it
 * can. Told its plan by message, tells its result by message.
 */
import { connect, type Socket } from 'node:net'
import { createHistogram } from 'node:perf_hooks'

export interface LoadPlan {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly seconds: number
}

export interface LoadResult {
  readonly answered: number
  readonly perSecond: number
  readonly p50Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly answerBytes: number
  readonly rowsEvaluated: number
}

/** The order of every request but for its id and the last digits of its price, which have a fixed width. */
const ORDER = {
  clOrdID: 'B-000000000000000000',
  symbol: '600519.SH',
  account: 'ACC-7',
  trader: 'T-3',
  strategy: 'manual',
  venue: 'XSHG',
  side: 'Buy',
  orderQty: '100',
  ordType: 'Limit',
  price: '1668.00',
  timeInForce: 'Day',
  transactTime: '2026-11-21T14:30:00.123456Z',
}
const ID_DIGITS = 18
const LENGTH = /content-length: (\d+)/i

process.once('message', (plan: LoadPlan) => {
  run(plan).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function run({ url, headers, connections, seconds }: LoadPlan): Promise<LoadResult> {
  const { hostname, port } = new URL(url)
  const body = JSON.stringify(ORDER)
  const lines = {
    host: hostname,
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  }
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
  const template = Buffer.from(`POST /orders HTTP/1.1\r\n${head.join('')}\r\n${body}`, 'latin1')
  const idAt = template.indexOf('B-0000') + 2
  const ticksAt = template.indexOf('1668.00') + 3
  const latency = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 })
  // Ids never repeat, over all runs of the bench.
  let next = Date.now() * 1000
  let answered = 0
  let answerBytes = 0
  let sample = ''
  let stopping = false
  const lanes = Array.from({ length: connections }, () => lane())
  const started = performance.now()
  const timer = setTimeout(() => {
    stopping = true
  }, seconds * 1000)
  await Promise.all(lanes)
  clearTimeout(timer)
  return {
    answered,
    perSecond: answered / ((performance.now() - started) / 1000),
    p50Us: latency.percentile(50),
    p99Us: latency.percentile(99),
    p999Us: latency.percentile(99.9),
    answerBytes,
    rowsEvaluated: Number(/"rowsEvaluated":(\d+)/.exec(sample)?.[1] ?? 0),
  }

  function lane(): Promise<void> {
    const request = Buffer.from(template)
    return new Promise((settle, fail) => {
      const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true })
      let pending = ''
      let sentMs = 0
      const send = () => {
        request.write(String(next).padStart(ID_DIGITS, '0'), idAt, 'latin1')
        // 1660.00 to 1669.99: no two of a thousand orders in a row are identical.
        const ticks = String(next % 1000).padStart(3, '0')
        request.write(`${ticks.slice(0, 1)}.${ticks.slice(1)}`, ticksAt, 'latin1')
        next++
        sentMs = performance.now()
        socket.write(request)
      }
      socket.on('connect', send)
      socket.on('error', fail)
      socket.on('close', () => settle())
      socket.on('data', (piece) => {
        pending = pending === '' ? piece.toString('latin1') : pending + piece.toString('latin1')
        const headEnd = pending.indexOf('\r\n\r\n')
        if (headEnd < 0) return
        const length = Number(LENGTH.exec(pending)?.[1])
        if (pending.length < headEnd + 4 + length) return
        if (!pending.startsWith('HTTP/1.1 200')) return fail(new Error(pending.slice(0, 2000)))
        latency.record(Math.max(1, Math.round((performance.now() - sentMs) * 1000)))
        answered++
        answerBytes = length
        sample = pending
        pending = ''
        if (stopping) socket.end()
        else send()
      })
    })
  }
}
