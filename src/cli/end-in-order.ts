/** The end of a gate's process: what waits is answered and the journal closed before it exits. */
import { tell } from '../gateway/log-events.ts'
import type { Logger } from '../gateway/logger.ts'
import type { OpenGate } from './open-gate.ts'

/** Returns what ends the process in order, once however often it is called. */
export function endInOrder(gate: OpenGate, logger: Logger): () => void {
  let isEnding = false
  return () => {
    if (isEnding) return
    isEnding = true
    gate.close().then(
      () => process.exit(0),
      (cause) => {
        tell(logger, 'gate.close-failed', { err: cause })
        process.exit(1)
      },
    )
  }
}
