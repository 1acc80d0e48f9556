/**
 * Seeds of worlds in which something was wrong once: the tests play them always. A line is a seed, the steps of its world,
 * and what was wrong. A world changes when the random steps do; that a line then shows nothing any more is no reason to
 * take it out.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../tidy/repository-root.ts'

export interface KeptSeed {
  readonly seed: number
  readonly steps: number
}

const path = () => join(repositoryRoot(), 'testdata/sim-seeds.txt')

/** @throws Error where a line is no seed */
export function keptSeeds(): KeptSeed[] {
  if (!existsSync(path())) return []
  const lines = readFileSync(path(), 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(seedIn)
}

/** Adds a line, unless there is one of this world. */
export function keepSeed({ seed, steps }: KeptSeed, why: string): void {
  if (keptSeeds().some((kept) => kept.seed === seed && kept.steps === steps)) return
  appendFileSync(path(), `${seed} ${steps} ${why.split('\n', 1)[0]}\n`)
}

function seedIn(line: string): KeptSeed {
  const match = /^(\d+) (\d+) /.exec(line)
  if (match === null) throw new Error(`testdata/sim-seeds.txt: not a seed, steps and what was wrong: ${line}`)
  return { seed: Number(match[1]), steps: Number(match[2]) }
}
