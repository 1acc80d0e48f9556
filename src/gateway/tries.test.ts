/** Wrong tries by address: bounded, forgiven, and no burden to anyone else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandDelays } from '../simulator/made-up-world.ts'
import { sourceOf, Tries } from './tries.ts'

const BOUNDS = { burst: 3, forgiveMs: 2_000, addressesMax: 4, heldMax: 2 }

test('over the bound an answer waits a second and ends its connection; at the bound it does not', async () => {
  const delays = new HandDelays()
  const tries = new Tries(delays, BOUNDS)
  for (let n = 0; n < 3; n++) assert.equal(await tries.wrong('10.0.0.1'), false)
  let answered: boolean | undefined
  const fourth = tries.wrong('10.0.0.1').then((ends) => {
    answered = ends
  })
  assert.equal(await tries.wrong('10.0.0.2'), false, 'another address')
  delays.pass(999)
  await Promise.resolve()
  assert.deepEqual([answered, tries.held], [undefined, 1])
  delays.pass(1)
  await fourth
  assert.deepEqual([answered, tries.held], [true, 0])
})

test('who stops is forgiven, however much it was', async () => {
  const delays = new HandDelays()
  const tries = new Tries(delays, BOUNDS)
  const many = Array.from({ length: 50 }, () => tries.wrong('10.0.0.1'))
  assert.equal(tries.held, 2, 'few answers wait')
  delays.pass(1_000)
  assert.deepEqual((await Promise.all(many)).slice(0, 4), [false, false, false, true])
  delays.pass(3_000)
  assert.equal(await tries.wrong('10.0.0.1'), false)
})

test('addresses are bounded, and those of one network of IPv6 are one', async () => {
  const tries = new Tries(new HandDelays(), BOUNDS)
  for (let n = 0; n < 50; n++) await tries.wrong(`10.0.0.${n}`)
  assert.equal(tries.addresses, 4)
  for (const [address, source] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ]) {
    assert.equal(sourceOf(address as string), source)
  }
})
