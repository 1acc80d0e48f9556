/** Each scenario on the floor of `npm start`, asked for as a person would, end to end: what is injected, and what the gate does. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Product } from '../cli/start-product.ts'

const PORTCULLIS = fileURLToPath(new URL('../cli/portcullis.js', import.meta.url))
const run = promisify(execFile)

describe('scenarios', { skip: process.platform !== 'linux', timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenarios-'))
  let product: Product

  before(async () => {
    product = new Product(folder, '--scenario', 'fat-finger')
    await product.says(/knows the floor/)
  })
  after(async () => {
    const ended = once(product.process, 'close')
    product.process.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = (name: string) => run(process.execPath, [PORTCULLIS, 'floor', 'scenario', name, '--data', folder])
  const says = (name: string, words: RegExp) => product.says(new RegExp(`floor: scenario ${name}: ${words.source}`))

  test('fat finger, from the start: size and price are refused, with what would have passed; what was meant goes', async () => {
    await says('fat-finger', /TRADER-2 enters Buy 200000 MSFT where 200 were meant/)
    await says('fat-finger', /the gate refused it: MAX_ORDER_QTY: .*\. Up to [1-9]\d+ would have passed\./)
    await says('fat-finger', /TRADER-2 enters Buy 200 MSFT at ten times its price/)
    await says('fat-finger', /the gate refused it: PRICE_COLLAR: /)
    await says('fat-finger', /TRADER-2 enters Buy 200 MSFT as it was meant/)
    await says('fat-finger', /the gate let it through/)
  })

  test('stale feed: orders are refused while the market data is silent, and pass again', async () => {
    await ask('stale-feed')
    await says('stale-feed', /the market data falls silent for 6 seconds/)
    await says('stale-feed', /the gate trusts the prices no longer: \S+/)
    await says('stale-feed', /the feed is back, and orders pass/)
  })

  test('disconnect: the gate has the orders of a lost desk canceled after its grace, and the desk comes back', async () => {
    await ask('disconnect')
    await says('disconnect', /the desk loses its session for 6 seconds, with [1-9]\d* orders at the venue/)
    await says('disconnect', /after 3 seconds the gate had all of them canceled/)
    await says('disconnect', /the session is there again, and the desk trades on/)
  })

  test('runaway: the gate refuses the slice that is one too many, and stops the strategy', async () => {
    await ask('runaway')
    await says('runaway', /STRAT-5 is to buy 1000 NVDA in 10 slices, and does not stop slicing/)
    await says('runaway', /after 10 slices the gate refused one: PARENT_CHILD/)
    await says('runaway', /the gate has stopped STRAT-5: latch \d+, BLOCKED for PARENT_CHILD/)
    await says('runaway', /its \d+ open orders were canceled/)
    await ask('runaway')
    await says('runaway', /STRAT-5 is stopped already: latch \d+/)
  })

  test('a name that is none is refused', async () => {
    await assert.rejects(ask('earthquake'), /earthquake/)
  })
})
