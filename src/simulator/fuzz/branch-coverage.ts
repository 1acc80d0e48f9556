/**
 * Branches that were taken, by V8's own counts: a function and each block in it that V8 counts apart is a branch. Begun before
 * the modules are loaded, which is why the fuzzer imports them later.
 */
import { Session } from 'node:inspector/promises'

export interface FileCoverage {
  readonly file: string
  readonly branches: number
  readonly taken: number
  /** Lines of the compiled file where a branch that was not taken begins. */
  readonly missed: readonly number[]
}

export class BranchCoverage {
  readonly #session = new Session()
  readonly #sources = new Map<string, string>()

  async start(): Promise<void> {
    this.#session.connect()
    await this.#session.post('Debugger.enable')
    await this.#session.post('Profiler.enable')
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Coverage of the files whose path ends so, with `.js` behind it. */
  async of(ends: readonly string[]): Promise<readonly FileCoverage[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage')
    const found: FileCoverage[] = []
    for (const end of new Set(ends)) {
      for (const { url, scriptId, functions } of result) {
        if (!url.endsWith(`/${end}.js`)) continue
        const source = await this.#sourceOf(scriptId)
        const ranges = functions.flatMap((one) => one.ranges)
        const missed = ranges.filter(({ count }) => count === 0).map(({ startOffset }) => lineAt(source, startOffset))
        found.push({
          file: `src/${url.slice(url.lastIndexOf('/src/') + 5).replace(/\.js$/, '.ts')}`,
          branches: ranges.length,
          taken: ranges.length - missed.length,
          missed,
        })
      }
    }
    return found
  }

  stop(): void {
    this.#session.disconnect()
  }

  async #sourceOf(scriptId: string): Promise<string> {
    let source = this.#sources.get(scriptId)
    if (source === undefined) {
      source = (await this.#session.post('Debugger.getScriptSource', { scriptId })).scriptSource
      this.#sources.set(scriptId, source)
    }
    return source
  }
}

function lineAt(source: string, offset: number): number {
  let line = 1
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line++
  return line
}
