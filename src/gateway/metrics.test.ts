/** The metrics parsed as Prometheus text format 0.0.4 asks: families in one piece, each with help and type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metrics } from './metrics.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Family {
  readonly help: string
  readonly type: string
  readonly samples: Sample[]
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = { summary: ['', '_sum', '_count'] }
const GAUGES = {
  ...{ seq: 7, durable_seq: 6, open_orders: 2, journal_down: 0, journal_disk_low: 1, journal_disk_full: 0 },
  ...{ unknown_orders: 1, unknown_orders_oldest_seconds: 3.5 },
}

/** Families by name. Throws at what a reader of the format would not take. */
function parse(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line ends')
  const families = new Map<string, Family>()
  const lines = text.slice(0, -1).split('\n')
  let current: [string, Family] | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/.exec(line)
    if (help !== null) {
      const [, name = '', words = ''] = help
      const type = /^# TYPE (\S+) (counter|gauge|summary)$/.exec(lines[++at] ?? '')
      assert.equal(type?.[1], name, 'help is followed by the type of the same family')
      assert.ok(!families.has(name), `${name} stands twice`)
      current = [name, { help: words, type: type?.[2] ?? '', samples: [] }]
      families.set(...current)
      continue
    }
    const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line)
    assert.ok(found !== null && current !== undefined, line)
    const [name, family] = current
    const suffixes = SUFFIXES[family.type] ?? ['']
    assert.ok(suffixes.includes((found[1] ?? '').replace(name, '')), `${line} stands in ${name}`)
    family.samples.push({ name: found[1] ?? '', labels: labelsOf(found[2] ?? ''), value: Number(found[3]) })
  }
  return families
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)]
  assert.equal(pairs.map(([whole]) => whole).join(''), text, `labels ${text}`)
  return Object.fromEntries(pairs.map(([, key, value]) => [key, value]))
}

test('every family has its help, its type and its samples', () => {
  const metrics = new Metrics()
  metrics.count('orders_total', 'outcome="APPROVED"')
  metrics.count('what_ifs_total', 'parameter="MAX_ORDER_QTY"')
  metrics.count('cancels_total')
  metrics.count('cancels_total')
  const families = parse(metrics.text(GAUGES))
  for (const [name, { help, samples }] of families) {
    assert.match(name, /^portcullis_/)
    assert.ok(help.length > 5 && samples.length > 0, name)
    const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]))
    assert.equal(new Set(keys).size, keys.length, `${name} has a sample twice`)
  }
  const seq = families.get('portcullis_seq')
  assert.deepEqual([seq?.type, seq?.samples[0]?.value], ['gauge', 7])
  const cancels = families.get('portcullis_cancels_total')
  assert.deepEqual([cancels?.type, cancels?.samples[0]?.value], ['counter', 2])
  const orders = families.get('portcullis_orders_total')
  const approved = orders?.samples.find(({ labels }) => labels.outcome === 'APPROVED')
  assert.deepEqual([orders?.samples.length, approved?.value], [5, 1])
})

test('the time of answers is a summary: exact quantiles, sum and count', () => {
  const metrics = new Metrics()
  const read = () => parse(metrics.text(GAUGES)).get('portcullis_order_answer_seconds') as Family
  const before = read()
  assert.equal(before.type, 'summary')
  assert.deepEqual(
    before.samples.map(({ labels, value }) => [labels.quantile, value]),
    [
      ['0.5', Number.NaN],
      ['0.9', Number.NaN],
      ['0.99', Number.NaN],
      ['0.999', Number.NaN],
      [undefined, 0],
      [undefined, 0],
    ],
  )
  // A second ago, and two; half a second more is left to the machine.
  metrics.orderAnswered(performance.now() - 1_000)
  metrics.orderAnswered(performance.now() - 2_000)
  const { samples } = read()
  const valueAt = (name: string) => samples.find((sample) => sample.name.endsWith(name))?.value ?? Number.NaN
  assert.equal(valueAt('_count'), 2)
  assert.ok(Math.abs(valueAt('_sum') - 3) < 0.5, String(valueAt('_sum')))
  const half = samples.find(({ labels }) => labels.quantile === '0.5')?.value ?? Number.NaN
  assert.ok(Math.abs(half - 1) < 0.5, String(half))
})
