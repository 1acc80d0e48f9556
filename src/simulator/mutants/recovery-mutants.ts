/** One-line mistakes in what a start reads: snapshots, and journals that a second thread reads ahead. */
import type { Mutant } from './mutant.ts'

export const RECOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a snapshot whose bytes do not match their checksum is loaded',
    file: 'replay/snapshot-body.ts',
    from: 'if (crc32(into) !== checksum) throw new BodyDamage()',
    to: '',
    by: ['replay/snapshot-body.test'],
  },
  {
    name: 'a snapshot that loads to another state than was saved is gone on from',
    file: 'replay/snapshot-file.ts',
    from: 'if (stateHash !== header.stateHash) throw',
    to: "if (stateHash === '') throw",
    by: ['replay/snapshots.test'],
  },
  {
    name: 'a snapshot is loaded before a journal that does not hold its block',
    file: 'replay/snapshot-file.ts',
    from: 'if (!holdsBlock(directory, header.position)) {',
    to: 'if (header.position.seq < 0) {',
    by: ['replay/snapshots.test'],
  },
  {
    name: 'what a second thread found damaged ends the journal',
    file: 'journal/read-ahead.ts',
    from: "if (answer.kind === 'fault') throw errorOf(answer.fault)",
    to: "if (answer.kind === 'fault') return",
    by: ['journal/read-ahead.test'],
  },
  {
    name: 'an engine that has applied less than the journal holds is served from',
    file: 'replay/recover.ts',
    from: 'if (fromSeq + entries !== lastSeq) {',
    to: 'if (entries < 0) {',
    by: ['replay/recover.test'],
  },
]
