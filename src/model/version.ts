/** Versions that stand in every journal segment. */

/**
 * Raise it with every change that makes the engine decide, or record, anything differently for the same commands.
 * `journal verify` decides again only what an engine of its own version decided.
 */
export const ENGINE_VERSION = 4

/** Layout of segments and blocks (docs/reference/journal.md). A build refuses a journal with a higher number. */
export const JOURNAL_FORMAT = 1

/** Layout of a snapshot's header. A snapshot of another one is ignored. */
export const SNAPSHOT_FORMAT = 2
