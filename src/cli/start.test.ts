/**
 * `npm start` as processes: a signal that reaches all of them at once, as a terminal, `timeout` and service managers send
 * it, still stops the floor before the gate, so that no order is left open.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url))
const PATIENCE_MS = 60_000

test('a signal to the whole group ends every order', { skip: process.platform === 'win32' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'npm-start-'))
  const args = ['--data', folder, '--port', '0', '--durability', 'os']
  const product = spawn(process.execPath, [PROGRAM, ...args], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const group = -(product.pid as number)
  t.after(() => {
    if (product.exitCode === null) process.kill(group, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  let said = ''
  product.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const memory = () => {
    try {
      return JSON.parse(readFileSync(join(folder, 'floor-orders.json'), 'utf8')) as object[]
    } catch {
      return []
    }
  }
  const endMs = Date.now() + PATIENCE_MS
  while (memory().length === 0) {
    assert.ok(Date.now() < endMs, `no order rests within ${PATIENCE_MS} ms: ${said}`)
    await new Promise((settle) => setTimeout(settle, 50))
  }
  assert.match(said, /to begin anew, stop and delete that folder, or start with --data DIR/)
  process.kill(group, 'SIGTERM')
  assert.deepEqual(await once(product, 'exit'), [0, null])
  assert.deepEqual(memory(), [], said)
})
