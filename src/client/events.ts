/** Listeners by event. A listener that throws is a fault of its own program, and does not end the session. */

export class Events<M extends object> {
  readonly #listeners = new Map<keyof M, Set<(value: never) => void>>()

  /** Calls `listener` from now on; the function that it returns ends that. */
  on<K extends keyof M>(event: K, listener: (value: M[K]) => void): () => void {
    const found = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, found)
    found.add(listener)
    return () => void found.delete(listener)
  }

  tell<K extends keyof M>(event: K, value: M[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        ;(listener as (value: M[K]) => void)(value)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
