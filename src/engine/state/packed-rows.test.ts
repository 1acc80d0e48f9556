/** The packed limit rows: whatever is set, taken away, warned of and packed again, they are the rows of their lists. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { B01, B02, B03, C01, D02, D03, D05, limitKey } from './limit-version.ts'
import { createLimits } from './limits.ts'
import { createMetrics } from './metrics.ts'

const ROWS = 64
const SCOPES = 6
const KINDS = 6
/** Columns of a row: CALM among the doubles, CONTROL and ID among the ints; eight of each a row. */
const CALM = 7
const CONTROL = 0
const ID = 1
const CONTROLS = [B01, B02, B03, D02, D03, D05]

type Limits = ReturnType<typeof createLimits>

function assertPacked(limits: Limits, list: Int32Array | undefined, at: number, count: number): void {
  const { packed, f, i } = limits
  assert.ok(list !== undefined)
  assert.deepEqual([...packed.slot.subarray(at, at + count)], [...list])
  list.forEach((slot, place) => {
    assert.equal(packed.calm[at + place], f[slot * 8 + CALM])
    assert.equal(packed.id[at + place], i[slot * 8 + ID])
    assert.equal(packed.control[at + place], i[slot * 8 + CONTROL])
  })
}

function assertAllPacked(limits: Limits): void {
  const of = (column: Int32Array, key: number) => column[key] ?? Number.NaN
  for (let subject = 0; subject < SCOPES; subject++) {
    assertPacked(limits, limits.none[subject], of(limits.noneAt, subject), of(limits.noneCount, subject))
  }
  for (let key = 0; key < SCOPES * KINDS; key++) {
    assertPacked(limits, limits.each[key], of(limits.eachAt, key), of(limits.eachCount, key))
  }
  for (let entry = 0; entry < limits.objects.count; entry++) {
    assertPacked(limits, limits.entryRows[entry], of(limits.entryAt, entry), of(limits.entryCount, entry))
  }
}

test('packed rows are the rows of their lists, however often all of them are packed again', () => {
  const limits = createLimits(ROWS, SCOPES)
  const metrics = createMetrics(SCOPES, 1_000)
  let seed = 7
  const below = (bound: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (seed >>> 8) % bound
  }
  let packedAgain = 0
  for (let step = 0; step < 20_000; step++) {
    const before = limits.noneAt[0] ?? 0
    const standing = limits.inForce()
    const some = standing[below(Math.max(1, standing.length))]
    if (some !== undefined && (limits.isFull() || below(5) === 0)) limits.remove(some, limits.versions.length)
    else if (some !== undefined && below(3) === 0) limits.setLevel(some, below(3), 500)
    else {
      const isRate = below(8) === 0
      const kind = isRate ? 0 : below(3)
      const object = kind === 0 ? -1 : below(4) - 1
      const control = isRate ? C01 : (CONTROLS[below(CONTROLS.length)] ?? B01)
      const param = isRate ? 1 + below(3) : 0
      const subject = below(SCOPES)
      const phase = control === B03 ? below(3) : 0
      const known = limits.slotOf(limitKey(control, subject, kind, object, param, phase))
      if (object >= 0) limits.openEntry(subject, kind, object, metrics)
      limits.openEntry(subject, 1, 10 + below(4), metrics)
      limits.put({
        row: limits.versions.length,
        slot: known < 0 ? limits.nextSlot() : known,
        control,
        subject,
        kind,
        object,
        hard: 1_000 + below(1_000),
        hardForReducing: below(4) === 0 ? 3_000 : 0,
        soft: 0,
        param,
        warnBps: [5_000, 8_000, 0, 0],
        action: 0,
        mode: 0,
        phase,
      })
    }
    if ((limits.noneAt[0] ?? 0) < before) packedAgain++
    if (step % 50 === 0) assertAllPacked(limits)
  }
  assertAllPacked(limits)
  assert.ok(packedAgain >= 2, `packed again ${packedAgain} times`)
})
