/** Reads what callgrind counted, by the functions that V8 compiled: it writes a map of their addresses as it runs. */
import { readFileSync } from 'node:fs'

/** Instructions by function, with how often each of its addresses was executed. */
export interface Counted {
  readonly instructions: number
  readonly byAddress: ReadonlyMap<number, number>
}

interface Code {
  readonly from: number
  readonly bytes: number
  readonly name: string
}

/** The code that V8 made: where the same place was used twice, what stood there last. */
export function readCodeMap(path: string): readonly Code[] {
  const byAddress = new Map<number, Code>()
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [from, bytes, ...name] = line.split(' ')
    if (from === undefined || bytes === undefined || name.length === 0) continue
    const code = { from: Number.parseInt(from, 16), bytes: Number.parseInt(bytes, 16), name: name.join(' ') }
    byAddress.set(code.from, code)
  }
  return [...byAddress.values()].sort((a, b) => a.from - b.from)
}

/** Instructions by name of code, or of the native function, in one dump of callgrind with addresses of instructions. */
export function readCounts(path: string, code: readonly Code[]): ReadonlyMap<string, Counted> {
  const counts = new Map<string, { instructions: number; byAddress: Map<number, number> }>()
  let address = 0
  let isCall = false
  let native = ''
  const natives = new Map<string, string>()
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.startsWith('calls=')) isCall = true
    if (line.startsWith('fn=') || line.startsWith('cfn=')) {
      const [, key, name] = /=\((\d+)\)(?: (.*))?$/.exec(line) as unknown as [string, string, string | undefined]
      if (name !== undefined) natives.set(key, name)
      if (line.startsWith('fn=')) native = natives.get(key) ?? ''
    }
    if (!/^(?:0x|[+\-*\d])/.test(line)) continue
    const [place, , count] = line.split(' ')
    address = next(address, place as string)
    // The line behind a call counts what was called, which has lines of its own.
    if (isCall) isCall = false
    else if (count !== undefined) add(counts, codeAt(code, address), native, address, Number(count))
  }
  return counts
}

/** An address stands in full or as a distance from the one before. */
function next(address: number, place: string): number {
  if (place === '*') return address
  if (place.startsWith('+')) return address + Number(place.slice(1))
  if (place.startsWith('-')) return address - Number(place.slice(1))
  return Number(place)
}

function codeAt(code: readonly Code[], address: number): Code | undefined {
  let low = 0
  let high = code.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((code[middle] as Code).from <= address) low = middle + 1
    else high = middle
  }
  const found = code[low - 1]
  return found !== undefined && address < found.from + found.bytes ? found : undefined
}

function add(
  counts: Map<string, { instructions: number; byAddress: Map<number, number> }>,
  code: Code | undefined,
  native: string,
  address: number,
  count: number,
): void {
  const name = code?.name ?? native
  const counted = counts.get(name) ?? { instructions: 0, byAddress: new Map<number, number>() }
  counts.set(name, counted)
  counted.instructions += count
  if (code === undefined) return
  const at = address - code.from
  counted.byAddress.set(at, (counted.byAddress.get(at) ?? 0) + count)
}
