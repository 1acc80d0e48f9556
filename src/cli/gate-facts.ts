/** What only the process knows of a gate and its metrics say: what was built, and how old the newest snapshot is. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Readings } from '../gateway/metrics.ts'
import { label } from '../gateway/observe/metric-table.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { snapshotFolder, snapshotsOf } from '../replay/snapshots.ts'
import { codeHash } from './code-hash.ts'

/** The folder is looked at once in so long: anybody may ask for the metrics. */
const LOOK_MS = 5_000

/** Of the package, as `portcullis --version` says it. */
export function packageVersion(): string {
  // Beside dist: where it was built, and where it is installed.
  return JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version
}

/** @param journal its folder */
export function gateFacts(journal: string): () => Readings {
  const code = codeHash().slice(0, 16)
  const build = [
    label('version', packageVersion()),
    label('engine', String(ENGINE_VERSION)),
    label('code', code),
  ].join()
  let lookedMs = Number.NEGATIVE_INFINITY
  let savedMs: number | undefined
  return () => {
    const nowMs = performance.now()
    if (nowMs - lookedMs >= LOOK_MS) {
      lookedMs = nowMs
      savedMs = newestMs(journal)
    }
    const age = savedMs === undefined ? {} : { snapshot_age_seconds: Math.max(0, Date.now() - savedMs) / 1_000 }
    return { build_info: [[build, 1]], ...age }
  }
}

/** When the newest snapshot was written; undefined where there is none, or it has just been removed. */
function newestMs(journal: string): number | undefined {
  const [newest] = snapshotsOf(journal)
  if (newest === undefined) return undefined
  return statSync(join(snapshotFolder(journal), newest), { throwIfNoEntry: false })?.mtimeMs
}
