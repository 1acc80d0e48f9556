/** A body that was written is read back in pieces of any size, and no byte of a chunk that was changed is given out. */
import assert from 'node:assert/strict'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { BodyDamage, type BodyFacts, BodyReader, BodyWriter, bytesInFile, CHUNK_BYTES } from './snapshot-body.ts'

const START = 512

/** Bytes of which no two chunks are the same. */
function pattern(bytes: number): Buffer {
  const made = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at++) made[at] = (at * 31 + (at >> 10)) & 0xff
  return made
}

function write(file: number, body: Uint8Array, pieces: readonly number[]): BodyFacts {
  const writer = new BodyWriter(file, START)
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const bytes = pieces[turn % pieces.length] as number
    writer.write(body.subarray(at, at + bytes))
    at += bytes
  }
  return writer.finish()
}

/** What a loader gets that asks for pieces of these sizes, until it has all or a chunk is damaged. */
function read(file: number, facts: BodyFacts, pieces: readonly number[]): { got: Buffer; fault?: unknown } {
  const got: Uint8Array[] = []
  try {
    const reader = new BodyReader(file, START, facts)
    for (let turn = 0; ; turn++) {
      const into = new Uint8Array(pieces[turn % pieces.length] as number)
      const bytes = reader.read(into)
      if (bytes === 0) return { got: Buffer.concat(got) }
      got.push(into.subarray(0, bytes))
    }
  } catch (fault) {
    return { got: Buffer.concat(got), fault }
  }
}

const LENGTHS = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 4321]
const PIECES = [[1 << 16], [CHUNK_BYTES], [5 * CHUNK_BYTES], [7, CHUNK_BYTES, 100_000, 3 * CHUNK_BYTES, 1]]

test('what is read is what was written, whatever the sizes of the pieces', (t) => {
  const file = scratch(t)
  for (const length of LENGTHS) {
    const body = pattern(length)
    for (const pieces of PIECES) {
      ftruncateSync(file, 0)
      const facts = write(file, body, pieces)
      assert.equal(facts.bodyBytes, length)
      for (const asked of PIECES) {
        const { got, fault } = read(file, facts, asked)
        assert.deepEqual([fault, got.equals(body)], [undefined, true], `${length} by ${pieces}, asked by ${asked}`)
      }
    }
  }
})

test('a changed byte anywhere ends the reading before its chunk', (t) => {
  const file = scratch(t)
  const body = pattern(2 * CHUNK_BYTES + 999)
  const facts = write(file, body, [1 << 16])
  const size = bytesInFile(facts.bodyBytes)
  const places = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES, body.length - 1, body.length, size - 1]
  for (const at of places) {
    const whole = at < body.length ? (body[at] as number) : undefined
    const kept = whole ?? byteAt(file, at)
    writeSync(file, Uint8Array.of(kept ^ 4), 0, 1, START + at)
    for (const asked of PIECES) {
      const { got, fault } = read(file, facts, asked)
      assert.ok(fault instanceof BodyDamage, `byte ${at}, asked by ${asked}`)
      const before = at < body.length ? Math.floor(at / CHUNK_BYTES) * CHUNK_BYTES : 0
      assert.ok(got.equals(body.subarray(0, before)), `byte ${at}: ${got.length} bytes came before it`)
    }
    writeSync(file, Uint8Array.of(kept), 0, 1, START + at)
  }
  assert.ok(read(file, facts, [1000]).got.equals(body))
})

test('a body that ends early is damaged', (t) => {
  const file = scratch(t)
  const facts = write(file, pattern(CHUNK_BYTES + 10), [CHUNK_BYTES])
  ftruncateSync(file, START + CHUNK_BYTES)
  assert.ok(read(file, facts, [CHUNK_BYTES]).fault instanceof BodyDamage)
})

function byteAt(file: number, at: number): number {
  const one = new Uint8Array(1)
  readSync(file, one, 0, 1, START + at)
  return one[0] as number
}

function scratch(t: TestContext): number {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-body-'))
  const file = openSync(join(folder, 'body'), 'w+')
  t.after(() => {
    closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  })
  return file
}
