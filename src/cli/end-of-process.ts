/** The end of a process that may stop at any point of its work: by signal, or with the one that supervises it. */

/**
 * Aborted when the process is to end. One that is supervised ends when its channel is closed and not by a signal, which may
 * reach the whole group at once: who started it knows the order.
 */
export function endOfProcess(): AbortSignal {
  const ending = new AbortController()
  process.once('disconnect', () => ending.abort())
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!process.connected) ending.abort()
    })
  }
  return ending.signal
}
