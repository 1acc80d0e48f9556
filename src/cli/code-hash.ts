/** A hash of the code that decides: it stands in every segment, and a snapshot is loaded by the very code that saved it. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUILD = fileURLToPath(new URL('..', import.meta.url))
const DECIDING = ['engine', 'model', 'rules']

let known: string | undefined

/** SHA-256 over names and contents of the compiled files of the engine and of what it is made of, 64 hex digits. */
export function codeHash(): string {
  known ??= hashOf(BUILD)
  return known
}

function hashOf(build: string): string {
  const hash = createHash('sha256')
  for (const floor of DECIDING) {
    const names = readdirSync(join(build, floor), { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
      .sort()
    for (const name of names) {
      hash.update(`${floor}/${name}\n`)
      hash.update(
        createHash('sha256')
          .update(readFileSync(join(build, floor, name)))
          .digest(),
      )
    }
  }
  return hash.digest('hex')
}
