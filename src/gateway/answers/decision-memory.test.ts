/** The ring of decisions: what is in it is found as it was recorded, what has left it is not found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NEW_ORDER } from '../../model/records/commands.ts'
import { ORDER_DECIDED, rowsBytes } from '../../model/records/events.ts'
import { decode, encode } from '../../model/records/schema.ts'
import { beginRecord, Tape } from '../../model/records/tape.ts'
import { DecisionMemory, decisionIn } from './decision-memory.ts'

function entry(tape: Tape, seq: number, rows: number): [number, number] {
  tape.end = 0
  const command = encode(tape, NEW_ORDER, { seq, clOrdID: `id-${seq}` })
  const decision = beginRecord(tape, ORDER_DECIDED.type, 1, ORDER_DECIDED.bytes + rowsBytes(rows))
  tape.i32[(decision >> 2) + ORDER_DECIDED.at.rows] = rows
  return [command, decision]
}

test('the newest decisions are found, the oldest give way', () => {
  const memory = new DecisionMemory(64 * 1024)
  const tape = Tape.ofBytes(16 * 1024)
  let kept = 0
  for (let seq = 1; seq <= 300; seq++) {
    const [command, decision] = entry(tape, seq * 2, (seq * 7) % 60)
    assert.equal(decisionIn(tape, command, tape.end), decision)
    memory.remember(tape, command, decision, seq % 5)
    kept = 0
    for (let back = seq; back > 0; back--) {
      const found = memory.recall(back * 2)
      if (found === undefined) break
      kept++
      assert.equal(decode(found.tape, found.command, NEW_ORDER).clOrdID, `id-${back * 2}`)
      assert.equal(decode(found.tape, found.decision, ORDER_DECIDED).rows, (back * 7) % 60)
      assert.equal(found.instrument, back % 5)
    }
    if (seq === 10) assert.equal(kept, 10)
  }
  assert.ok(kept > 20 && kept < 200, `${kept} kept`)
  assert.equal(memory.recall(1), undefined)
  assert.equal(memory.recall(2), undefined)
  assert.equal(memory.recall(602), undefined)
})
