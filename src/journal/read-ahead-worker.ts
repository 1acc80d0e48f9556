/** The thread that reads ahead: for each buffer that it is given it reads the next segment of the journal and proves it. */
import { parentPort, workerData } from 'node:worker_threads'
import { Tape } from '../model/records/tape.ts'
import { JournalReader, type StoredBlock, tapeOfAtLeast } from './journal-reader.ts'
import { BLOCK_NUMBERS, faultOf, type ReadAnswer, type ReadOrder } from './read-ahead.ts'

const { directory, fromSegment } = workerData as ReadOrder
const reader = new JournalReader(directory)
let given = new ArrayBuffer(0)
let tape = Tape.ofBytes(0)
const segments = reader.segments(fromSegment, (bytes) => {
  tape = given.byteLength < bytes ? tapeOfAtLeast(bytes) : new Tape(given)
  return tape
})

parentPort?.on('message', (buffer: ArrayBuffer) => {
  given = buffer
  const answer = next()
  const moved = answer.kind === 'segment' ? [answer.buffer, answer.blocks.buffer as ArrayBuffer] : []
  parentPort?.postMessage(answer, moved)
})

function next(): ReadAnswer {
  try {
    for (;;) {
      const step = segments.next()
      if (step.done) return { kind: 'end', end: reader.end }
      const answer = answerOf(step.value)
      // A run of the gate that nothing was sent to leaves a segment without a block.
      if (answer !== undefined) return answer
      given = tape.buffer
    }
  } catch (cause) {
    return { kind: 'fault', fault: faultOf(cause) }
  }
}

function answerOf(found: Iterable<StoredBlock>): ReadAnswer | undefined {
  let numbers = new Float64Array(1024 * BLOCK_NUMBERS)
  let used = 0
  let first: StoredBlock | undefined
  for (const block of found) {
    first ??= block
    if (used === numbers.length) numbers = enlarged(numbers)
    const { start, end, firstSeq, lastSeq, lastTimeUs } = block
    numbers.set([start, end, firstSeq, lastSeq, lastTimeUs], used)
    used += BLOCK_NUMBERS
  }
  if (first === undefined) return undefined
  const { segment, file } = first
  return { kind: 'segment', segment, file, blocks: numbers.slice(0, used), buffer: tape.buffer }
}

function enlarged(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}
