/**
 * `npm start` as processes: a signal that reaches all of them at once, as a terminal, `timeout` and service managers send
 * it, still stops the floor before the gate, so that no order is left open.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAlive, PATIENCE_MS, PROGRAM, Product } from './start-product.ts'

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
  const url = () => /the gate decides at (\S+)/.exec(said)?.[1]
  const openOrders = async () => {
    const text = url() === undefined ? '' : await (await fetch(`${url()}/metrics`)).text()
    return Number(/open_orders (\d+)$/m.exec(text)?.[1] ?? 0)
  }
  const endMs = Date.now() + PATIENCE_MS
  while ((await openOrders()) === 0) {
    assert.ok(Date.now() < endMs, `no order rests within ${PATIENCE_MS} ms: ${said}`)
    await new Promise((settle) => setTimeout(settle, 50))
  }
  assert.match(said, /to begin anew, stop and delete that folder, or start with --data DIR/)
  process.kill(group, 'SIGTERM')
  assert.deepEqual(await once(product, 'exit'), [0, null])
  assert.doesNotMatch(said, /canceled/)
  // Nothing is left that the next floor would have to clear up.
  const next = new Product(folder)
  t.after(() => next.process.kill('SIGKILL'))
  await next.says(/knows the floor/)
  await next.says(/orders decided/)
  assert.doesNotMatch(next.said, /left open/)
  const ended = once(next.process, 'exit')
  next.process.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})

const LINUX = { skip: process.platform !== 'linux', timeout: PATIENCE_MS } as const

test(
  'a second start names the running one and leaves; a gate that is killed comes back where it was, twice',
  LINUX,
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'npm-start-'))
    const product = new Product(folder)
    t.after(() => {
      product.process.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    })
    const decides = /the gate decides at (\S+)/
    await product.says(decides)
    await product.says(/knows the floor/)
    const second = new Product(folder)
    assert.deepEqual(await once(second.process, 'close'), [1, null])
    assert.match(second.said, new RegExp(`${product.gate}`), 'the process that has the folder')
    assert.match(second.said, /npm start -- --data DIR --port 0/)

    const urls = () => [...product.said.matchAll(new RegExp(decides, 'g'))].map(([, url]) => url)
    const { floor } = product
    for (const times of [2, 3]) {
      process.kill(product.gate, 'SIGKILL')
      await product.says(decides, times)
      assert.deepEqual(new Set(urls()).size, 1, 'at the same address')
      assert.equal(product.floor, floor, 'and the floor goes on')
    }
    const ended = once(product.process, 'close')
    process.kill(product.gate, 'SIGKILL')
    assert.deepEqual(await ended, [1, null])
    assert.match(
      product.said,
      /the gate ended 3 times within a minute, last with SIGKILL\. No order passes until that is mended/,
    )
    assert.equal(isAlive(floor), false)
  },
)

test('children of a killed supervisor end', LINUX, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'npm-start-'))
  const product = new Product(folder)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await product.says(/knows the floor/)
  const { gate, floor, follower } = product
  process.kill(product.process.pid as number, 'SIGKILL')
  while (isAlive(gate) || isAlive(floor) || isAlive(follower)) await new Promise(setImmediate)
  const again = new Product(folder)
  t.after(() => again.process.kill('SIGKILL'))
  await again.says(/the gate decides at \S+ \(durability os, continued\)/)
  const ended = once(again.process, 'exit')
  again.process.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})
