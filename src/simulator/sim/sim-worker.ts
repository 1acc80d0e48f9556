/** A thread of `npm run sim`: lives through the worlds that it is told, one after another. */
import { parentPort } from 'node:worker_threads'
import { simulate } from './sim-world.ts'

/** What the main thread is told of a world. */
export interface WorldReport {
  readonly seed: number
  readonly trace: string
  readonly commands: number
  readonly starts: number
  /** Undefined where nothing was wrong. */
  readonly failure: { readonly step: number; readonly why: string } | undefined
}

export interface WorldOrder {
  readonly seed: number
  readonly steps: number
}

parentPort?.on('message', async ({ seed, steps }: WorldOrder) => {
  const { trace, commands, starts, failure } = await simulate({ seed, steps })
  const said = failure === undefined ? undefined : { step: failure.step, why: wordsOf(failure.cause) }
  parentPort?.postMessage({ seed, trace, commands, starts, failure: said } satisfies WorldReport)
})

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.message}\n${cause.stack ?? ''}` : String(cause)
}
