/** Children that fail, end, and do not end, as real processes. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Child, type ChildPlan } from './supervisor.ts'

const folder = mkdtempSync(join(tmpdir(), 'supervisor-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, text: string): string {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, text)
  return file
}

/** A child with what it said and why it is down. */
function supervised(text: string, plan: Partial<ChildPlan> = {}) {
  const said: string[] = []
  const messages: unknown[] = []
  let heard: () => void = () => {}
  const first = new Promise<void>((settle) => {
    heard = settle
  })
  let child: Child | undefined
  const down = new Promise<string>((settle) => {
    const onMessage = (message: unknown) => {
      messages.push(message)
      heard()
    }
    const own = { name: 'child', program: program(`child-${Math.random()}`, text), args: () => [], startsPerMinute: 3 }
    child = new Child({ ...own, onMessage, onDown: settle, ...plan }, (line) => said.push(line))
  })
  return { child: child as Child, said, messages, first, down }
}

const FAILS = 'process.send(process.pid, () => process.exit(7))'
const STAYS = "process.on('disconnect', () => process.exit(0)); process.send(process.pid)"
const DEAF = "process.on('disconnect', () => {}); setInterval(() => {}, 1000); process.send(process.pid)"

test('what fails starts again with a growing pause, three times a minute, and then stays down', async () => {
  const { child, said, messages, down } = supervised(FAILS)
  child.start()
  assert.equal(await down, 'the child ended 3 times within a minute, last with code 7')
  assert.equal(new Set(messages).size, 3, 'three processes')
  assert.deepEqual(said, [
    'child ended with code 7; it starts again in 250 ms',
    'child ended with code 7; it starts again in 500 ms',
  ])
  assert.equal(child.isRunning, false)
  await child.stop()
})

test('what says that it must not start again is not started again', async () => {
  const { child, said, messages, down } = supervised(FAILS, { finalCode: 7 })
  child.start()
  assert.equal(await down, 'the child cannot start; the reason stands above')
  assert.deepEqual([messages.length, said], [1, []])
})

test('a closed channel ends it in order, and it is not started again', async () => {
  const { child, said, first } = supervised(STAYS, { onDown: (why) => assert.fail(why) })
  child.start()
  await first
  await child.stop()
  assert.deepEqual([child.isRunning, said], [false, []])
})

test('what does not end is killed', async () => {
  const { child, said, first } = supervised(DEAF, { stopMs: 1, onDown: (why) => assert.fail(why) })
  child.start()
  await first
  await child.stop()
  assert.deepEqual([child.isRunning, said], [false, ['child does not end; it is killed']])
})

test('a stop between two starts leaves nothing behind', async () => {
  const { child, first, down } = supervised(FAILS, { onDown: (why) => assert.fail(why) })
  child.start()
  await first
  await child.stop()
  assert.equal(child.isRunning, false)
  assert.equal(await Promise.race([down, Promise.resolve('not down')]), 'not down')
})
