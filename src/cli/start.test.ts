/**
 * `npm start` as processes: a signal that reaches all of them at once, as a terminal, `timeout` and service managers send
 * it, still stops the floor before the gate, so that no order is left open.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
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

/** Processes that this one has started, by name of their program. Linux only. */
function childrenOf(pid: number): ReadonlyMap<string, number> {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return new Map(
    pids.map((child) => {
      const words = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0')
      return [words.find((word) => word.endsWith('.js')) ?? '', child] as const
    }),
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // What has ended and was not waited for is still in the table.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** `npm start` with what it has said so far. */
class Product {
  readonly process: ChildProcess
  said = ''

  constructor(folder: string) {
    const args = ['--data', folder, '--port', '0', '--durability', 'os']
    this.process = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
        this.process.emit('said')
      })
    }
  }

  /** Waits for words that it says, so many times. */
  async says(words: RegExp, times = 1): Promise<void> {
    const all = new RegExp(words, 'g')
    while ((this.said.match(all) ?? []).length < times) {
      await Promise.race([once(this.process, 'said'), once(this.process, 'close').then(() => assert.fail(this.said))])
    }
  }

  get gate(): number {
    return childNamed(this.process, 'demo-gate.js')
  }

  get floor(): number {
    return childNamed(this.process, 'main.js')
  }
}

function childNamed({ pid }: ChildProcess, name: string): number {
  const found = [...childrenOf(pid as number)].find(([program]) => program.endsWith(`/${name}`))
  assert.ok(found !== undefined, `no ${name} runs`)
  return found[1]
}

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
  const { gate, floor } = product
  process.kill(product.process.pid as number, 'SIGKILL')
  while (isAlive(gate) || isAlive(floor)) await new Promise(setImmediate)
  const again = new Product(folder)
  t.after(() => again.process.kill('SIGKILL'))
  await again.says(/the gate decides at \S+ \(durability os, continued\)/)
  const ended = once(again.process, 'exit')
  again.process.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})
