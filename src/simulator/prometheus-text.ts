/**
 * A reader of the Prometheus text format 0.0.4 that takes nothing but what the format allows: families in one piece, each with help and type,
 * labels escaped and in no sample twice, and what a histogram and a summary must hold.
 */
import assert from 'node:assert/strict'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly help: string
  readonly type: string
  readonly samples: Sample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const VALUE = '[+-]?(?:\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|Inf)|NaN'
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  summary: ['', '_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
}

/** Families by name. @throws AssertionError at what a reader of the format would not take, or would misread */
export function readPrometheus(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line ends')
  const families = new Map<string, Family>()
  const lines = text.slice(0, -1).split('\n')
  let current: [string, Family] | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string
    const help = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\\\n]|\\\\[\\\\n])+)$`).exec(line)
    if (help !== null) {
      const [, name = '', words = ''] = help
      const type = /^# TYPE (\S+) (counter|gauge|summary|histogram)$/.exec(lines[++at] ?? '')
      assert.equal(type?.[1], name, 'help is followed by the type of the same family')
      assert.ok(!families.has(name), `${name} stands twice`)
      current = [name, { help: words, type: type?.[2] ?? '', samples: [] }]
      families.set(...current)
      continue
    }
    const found = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (${VALUE})$`).exec(line)
    assert.ok(found !== null && current !== undefined, `no sample: ${line}`)
    const [family, { type, samples }] = current
    const [, name = '', labels = '', value] = found
    assert.ok(name.startsWith(family), `${line} stands in ${family}`)
    assert.ok((SUFFIXES[type] ?? ['']).includes(name.slice(family.length)), `${line} stands in ${family}`)
    samples.push({ name, labels: labelsOf(labels), value: Number(value?.replace('Inf', 'Infinity')) })
  }
  for (const [name, family] of families) check(name, family)
  return families
}

/** Value of the sample with exactly these labels; undefined where there is none. */
export function sampleOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  return family?.samples.find((one) => one.name === name && keyOf(one.labels) === keyOf(labels))?.value
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=[a-zA-Z_])|$)/g)]
  assert.equal(pairs.map(([whole]) => whole).join(''), text, `labels ${text}`)
  const names = pairs.map(([, name]) => name)
  assert.equal(new Set(names).size, names.length, `a label twice: ${text}`)
  const unescaped = (value: string) => value.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
  return Object.fromEntries(pairs.map(([, key, value]) => [key, unescaped(value ?? '')]))
}

function check(name: string, { type, samples }: Family): void {
  assert.ok(samples.length > 0, `${name} has no sample`)
  const keys = samples.map((one) => `${one.name}${keyOf(one.labels)}`)
  assert.equal(new Set(keys).size, keys.length, `${name} has a sample twice`)
  if (type === 'counter') {
    assert.match(name, /_total$/)
    for (const { value } of samples) assert.ok(value >= 0, `${name} counts`)
  }
  if (type === 'histogram') for (const [key, group] of grouped(samples, 'le')) checkHistogram(`${name}${key}`, group)
  if (type === 'summary') for (const [key, group] of grouped(samples, 'quantile')) checkTotals(`${name}${key}`, group)
}

/** Samples by all their labels but one. */
function grouped(samples: readonly Sample[], without: string): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>()
  for (const one of samples) {
    const { [without]: _left, ...others } = one.labels
    groups.set(keyOf(others), [...(groups.get(keyOf(others)) ?? []), one])
  }
  return groups
}

function checkTotals(name: string, group: readonly Sample[]): { readonly sum: number; readonly count: number } {
  const [sums, counts] = ['_sum', '_count'].map((suffix) => group.filter((one) => one.name.endsWith(suffix)))
  assert.deepEqual([sums?.length, counts?.length], [1, 1], `${name} has one sum and one count`)
  return { sum: sums?.[0]?.value as number, count: counts?.[0]?.value as number }
}

function checkHistogram(name: string, group: readonly Sample[]): void {
  const { sum, count } = checkTotals(name, group)
  const buckets = group.filter((one) => one.name.endsWith('_bucket'))
  const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('Inf', 'Infinity')))
  const counts = buckets.map(({ value }) => value)
  assert.ok(bounds.length > 1 && bounds.every((le, at) => at === 0 || le > (bounds[at - 1] as number)), `${name} rises`)
  assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY, `${name} ends without a bound`)
  assert.ok(
    counts.every((value, at) => at === 0 || value >= (counts[at - 1] as number)),
    `${name} is cumulative`,
  )
  assert.equal(counts.at(-1), count, `${name} counts all`)
  const least = counts.reduce((all, value, at) => {
    const inside = value - (counts[at - 1] ?? 0)
    return all + inside * (bounds[at - 1] ?? 0)
  }, 0)
  assert.ok(sum >= least * 0.999999 && (count > 0 || sum === 0), `${name}: the sum is at least what the buckets hold`)
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
