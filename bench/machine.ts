/** What a result says of where and when it was measured, and quantiles. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

export function quantiles(values: ArrayLike<number>): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] as number
  return { p50: at(0.5), p99: at(0.99) }
}

export function machine(): string {
  const [cpu] = cpus()
  const hasShaInstructions = readable('/proc/cpuinfo').includes('sha_ni')
  const sha = hasShaInstructions ? 'with' : 'without'
  return `${cpu?.model.trim()}, ${cpus().length} cores, ${sha} SHA instructions, Node ${process.version}`
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
}
