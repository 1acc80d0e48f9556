/** How somebody outside asks the floor for a scenario: by a file of the data folder, which the floor takes away. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SCENARIOS, type Scenario } from './scenarios.ts'

const FILE = 'scenario'
/** More than any name has. */
const NAME_CHARS = 40

/** Whole or not at all. */
export function askForScenario(directory: string, name: Scenario): void {
  const path = join(directory, FILE)
  writeFileSync(`${path}.new`, `${name}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** What was asked for since the last call; a text that is no scenario as it stands. */
export function takeScenario(directory: string): Scenario | { readonly unknown: string } | undefined {
  const path = join(directory, FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim().slice(0, NAME_CHARS)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  rmSync(path)
  return SCENARIOS.find((name) => name === text) ?? { unknown: text }
}
