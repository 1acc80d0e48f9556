/**
 * The kill page as officers use it: a real browser at the control listener of a real gate's process. Nothing but keys in
 * one test, nothing but the pointer in another, with a main listener that is overrun, closed, and gone with its gate.
 */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { readSecrets } from '../../floor/client/credentials.ts'
import { RestClient } from '../../floor/client/rest-client.ts'
import { openWindow, PHONE, skipWithoutBrowser, startBrowser, type Window } from '../../simulator/browser.ts'
import { DemoGateWorld } from '../../simulator/demo-gate-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { tellSmallFirm } from '../../simulator/small-firm.ts'

/** A name that is markup wherever it is not text. */
const HOSTILE = '<img src=x onerror=alert(1)>'
/** Senders at once, and connections that say nothing: more than the listener keeps of one address. */
const SENDERS = 64
const SILENT = 300

if (skipWithoutBrowser !== false) console.log(`the kill page is not looked at: ${skipWithoutBrowser}`)

/** What can be clicked and read, by what it is called: whatever has no name for a screen reader is not found. */
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const field = (page: Page, name: string) =>
  page.getByRole('combobox', { name, exact: true }).or(page.getByRole('textbox', { name, exact: true }))
const says = (page: Page, role: 'alert' | 'status' | 'dialog', text: string) =>
  page.getByRole(role).filter({ hasText: text }).waitFor()
const entry = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title })

/** The label of what has the focus, or what it is called. */
const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const on = document.activeElement
    return (on.labels?.[0] ?? on).firstChild.textContent.trim()
  })()`)

async function tabTo(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Tab')
  assert.equal(await focused(page), name)
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Your token').fill(token)
  await button(page, 'Sign in').click()
  await field(page, 'Scope').waitFor()
}

async function stop(page: Page, scope: string, name: string): Promise<void> {
  await field(page, 'Scope').selectOption(scope)
  await field(page, 'Name').selectOption(name)
  await field(page, 'Reason').fill('runaway')
  await button(page, 'Stop …').click()
  await button(page, 'Yes, stop').click()
}

function assertClean({ errors, requests }: Window, origin: string): void {
  assert.deepEqual(errors, [])
  assert.ok(requests.length > 3)
  for (const url of requests) assert.ok(url.startsWith(`${origin}/`), url)
}

describe('the kill page in a browser', { skip: skipWithoutBrowser }, () => {
  let browser: Browser
  let world: DemoGateWorld
  let origin = ''
  const opened: Window[] = []
  const open = async (look?: Parameters<typeof openWindow>[2]) => {
    const window = await openWindow(browser, `${origin}/`, look)
    opened.push(window)
    return window
  }

  before(async () => {
    browser = await startBrowser()
    world = await DemoGateWorld.start()
    origin = world.ready.controlUrl
    const [row] = await world.floor.define('/hierarchy', [{ kind: 'DESK', name: HOSTILE }])
    assert.equal(row?.applied, true)
  })
  afterEach(async () => {
    for (const { page } of opened.splice(0)) await page.context().close()
  })
  after(async () => {
    await browser?.close()
    await world?.close()
  })

  test('by keys alone: what a stop meets, its progress until it is complete, and a release that takes two', async () => {
    const orders = [await world.place(0), await world.place(0), await world.place(0)] as const
    const first = await open()
    const { page } = first
    const { keyboard } = page
    await page.getByText('DEMO: the gate decides orders.').waitFor()
    await tabTo(page, 'Your token, as portcullis person token --key FILE prints it')
    await keyboard.insertText(await world.tokenOf('officer-1'))
    await keyboard.press('Enter')
    await page.getByText('Nothing is stopped.').waitFor()
    assert.equal(await page.locator('#signed-in').textContent(), 'officer-1')
    assert.equal(await page.getByLabel('Your token').isVisible(), false)
    assert.equal(await field(page, 'Symbol').isVisible(), false)
    assert.equal(await focused(page), 'Scope')
    await keyboard.type('trader')
    await tabTo(page, 'Name')
    await keyboard.type('TRADER-1')
    await says(page, 'status', 'trader TRADER-1: 3 open orders, 137,400.00 USD.')
    await tabTo(page, 'Side')
    await tabTo(page, 'What it does')
    await tabTo(page, 'Reason')
    await keyboard.type('runaway')
    await keyboard.press('Enter')
    await says(page, 'dialog', 'KILLED for trader TRADER-1: 3 open orders, 137,400.00 USD. Nothing but cancels passes')
    assert.equal(await focused(page), 'Yes, stop')
    await keyboard.press('Escape')
    assert.deepEqual(await page.getByRole('listitem').count(), 0, 'whoever goes back stops nothing')
    assert.equal(await focused(page), 'Reason')
    await keyboard.press('Enter')
    await says(page, 'dialog', 'Stop trading?')
    await keyboard.press('Enter')
    await says(page, 'alert', 'Latch 1 is set and durable.')
    const title = 'KILLED for trader TRADER-1'
    await entry(page, title).getByText('KILLED_INCOMPLETE: 3 of 3 open').waitFor()
    await entry(page, title).getByText('Nobody listens for the cancel of 3.').waitFor()
    assert.match(await world.place(0).catch(String), /KILLED/)

    const { requests } = await world.floor.cancelRequests(0)
    assert.equal(requests.length, 3)
    await entry(page, title).getByText('cancel requested 3, handed to owner 0, to agent 3').waitFor()
    await entry(page, title).getByText('Nobody listens').waitFor({ state: 'detached' })
    await world.ended(orders[0])
    await entry(page, title).getByText('KILLED_INCOMPLETE: 2 of 3 open').waitFor()
    await says(page, 'status', '1 of 1 kills not complete.')
    await world.ended(orders[1])
    await world.ended(orders[2])
    await entry(page, title).getByText('KILLED_COMPLETE: 0 of 3 open').waitFor()
    await says(page, 'status', 'Every kill is complete.')

    await tabTo(page, 'Stop …')
    await tabTo(page, 'Request release of latch 1')
    await keyboard.press('Enter')
    await says(page, 'dialog', 'Request the release of latch 1: KILLED for trader TRADER-1')
    assert.equal(await focused(page), 'To')
    await tabTo(page, 'Reason')
    await keyboard.press('Enter')
    await says(page, 'dialog', 'Request the release')
    await keyboard.type('fixed')
    await tabTo(page, 'Root cause')
    await keyboard.type('a loop')
    await keyboard.press('Enter')
    await says(page, 'alert', 'another person must approve it')
    await entry(page, title).getByText('Release to ACTIVE requested by officer-1').waitFor()
    assert.equal(await focused(page), 'What is stopped')
    await tabTo(page, 'Approve ACTIVE of latch 1')
    await keyboard.press('Enter')
    await says(page, 'dialog', 'Approve the release to ACTIVE of latch 1')
    await keyboard.type('mine')
    await keyboard.press('Enter')
    await says(page, 'alert', 'MAKER_IS_CHECKER')

    const second = await open()
    await signIn(second.page, await world.tokenOf('officer-2'))
    await button(second.page, 'Approve ACTIVE of latch 1').press('Enter')
    await second.page.keyboard.type('looked at')
    await second.page.keyboard.press('Enter')
    await says(second.page, 'alert', 'The release is approved.')
    for (const one of [second, first]) {
      await one.page.getByText('Nothing is stopped.').waitFor()
      assertClean(one, origin)
    }
    assert.equal(await focused(second.page), 'What is stopped')
    await world.place(0)
  })

  test('by pointer: a name that is markup is text wherever it stands', async () => {
    const window = await open()
    const { page } = window
    await signIn(page, await world.tokenOf('officer-2'))
    await field(page, 'What it does').selectOption('BLOCKED')
    await field(page, 'Scope').selectOption('desk')
    await field(page, 'Name').selectOption(HOSTILE)
    await says(page, 'status', `desk ${HOSTILE}: 0 open orders, 0.00 USD.`)
    await field(page, 'Reason').fill('<b>why</b>')
    await button(page, 'Stop …').click()
    await says(page, 'dialog', `BLOCKED for desk ${HOSTILE}`)
    await button(page, 'No, go back').click()
    assert.equal(await entry(page, HOSTILE).count(), 0)
    await button(page, 'Stop …').click()
    await button(page, 'Yes, stop').click()
    const title = `BLOCKED for desk ${HOSTILE}`
    await entry(page, title).getByText('set by officer-2').waitFor()
    assert.equal(await page.locator('img, b').count(), 0)
    await says(page, 'status', 'Nothing is killed.')
    await entry(page, title).getByRole('button').click()
    await says(page, 'dialog', title)
    await button(page, 'No, go back').click()
    await field(page, 'Scope').selectOption('firm')
    await says(page, 'status', 'the whole firm: ')
    await field(page, 'Side').selectOption('Sell')
    await says(page, 'status', 'side Sell: ')
    await field(page, 'Scope').selectOption('symbol')
    assert.equal(await page.locator('#preview').textContent(), '', 'what was said of another scope is gone')
    await field(page, 'Symbol').fill('AAPL')
    await field(page, 'Symbol').press('Tab')
    await says(page, 'status', 'side Sell, symbol AAPL: ')
    await button(page, 'Sign out').click()
    await page.getByLabel('Your token').waitFor()
    assert.equal(await page.getByText(HOSTILE).count(), 0)
    assertClean(window, origin)
  })

  test('while the main listener is overrun', async (t) => {
    const { url, secretsFile } = world.ready
    const credentials = { clientID: 'floor-ems', secret: readSecrets(secretsFile)['floor-ems'] }
    const pause = async (ms: number) => void (await wait(ms))
    const client = new RestClient({ url: new URL(url), credentials, sockets: SENDERS, nowMs: Date.now, wait: pause })
    const silent: Socket[] = Array.from({ length: SILENT }, () => connect(Number(new URL(url).port), '127.0.0.1'))
    for (const socket of silent) socket.on('error', () => {})
    let goesOn = true
    let answered = 0
    const sender = async (sends: number) => {
      for (let order = 0; goesOn; order++) {
        await client
          .post('/orders', { clOrdID: `L-${sends}-${order}`, symbol: 'NONE', account: 'NONE' })
          .catch(() => {})
        answered++
      }
    }
    const senders = Array.from({ length: SENDERS }, (_, sends) => sender(sends))
    t.after(async () => {
      goesOn = false
      await Promise.all(senders)
      client.close()
      for (const socket of silent) socket.destroy()
    })
    const window = await open()
    await signIn(window.page, await world.tokenOf('officer-1'))
    const before = answered
    await stop(window.page, 'account', 'ACC-9')
    await entry(window.page, 'KILLED for account ACC-9').getByText('KILLED_COMPLETE').waitFor()
    assert.ok(answered > before, 'orders were sent all the while')
    assertClean(window, origin)
  })

  test('on a telephone nothing is wider than the screen', async () => {
    const window = await open(PHONE)
    const { page } = window
    const wide = () => page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
    assert.equal(await wide(), false)
    await signIn(page, await world.tokenOf('officer-1'))
    await entry(page, HOSTILE).waitFor()
    assert.equal(await wide(), false)
    await button(page, 'Stop …').scrollIntoViewIfNeeded()
    await stop(page, 'trader', 'TRADER-2')
    await says(page, 'alert', 'is set and durable.')
    const message = await page.getByRole('alert').boundingBox()
    assert.ok(message !== null && message.y >= 0 && message.y < PHONE.height, 'what was done is in sight')
    assert.equal(await wide(), false)
    assertClean(window, origin)
  })

  test('a token that the gate does not take shows nothing of the firm', async () => {
    const { page, errors } = await open()
    await page.getByLabel('Your token').fill('nobody')
    await button(page, 'Sign in').click()
    await says(page, 'alert', 'UNAUTHENTICATED')
    assert.equal(await field(page, 'Scope').isVisible(), false)
    assert.equal(errors.length, 1)
    assert.match(errors[0] as string, /status of 401/)
  })

  test('says where to turn when the gate is gone', async () => {
    const window = await open()
    const { page } = window
    await signIn(page, await world.tokenOf('officer-1'))
    await entry(page, HOSTILE).waitFor()
    assertClean(window, origin)
    world.process.kill()
    await world.process.ended
    await says(page, 'status', 'The gate does not answer. Use: portcullis kill')
    await stop(page, 'trader', 'TRADER-3')
    await says(page, 'alert', 'the gate may have taken this or not')
    for (const error of window.errors) assert.match(error, /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY/)
  })
})

test('the kill page works with the main listener closed, and ends what a revoked token began', {
  skip: skipWithoutBrowser,
}, async (t) => {
  const gate = await RestGate.start()
  t.after(() => gate.close())
  await tellSmallFirm(gate)
  const origin = await gate.server.listenControl(0, '127.0.0.1')
  await gate.server.app.close()
  await assert.rejects(fetch(`${gate.url}/readyz`))
  const browser = await startBrowser()
  t.after(() => browser.close())
  const window = await openWindow(browser, `${origin}/`)
  const { page, errors } = window
  await signIn(page, gate.tokens.get('alice') as string)
  await stop(page, 'desk', 'CASH-EQ')
  await entry(page, 'KILLED for desk CASH-EQ').getByText('KILLED_COMPLETE: 0 of 0 open').waitFor()
  assertClean(window, origin)
  await button(page, 'Stop …').click()
  await button(page, 'Yes, stop').waitFor()
  gate.deny.deny('subject', 'alice')
  await page.getByLabel('Your token').waitFor()
  assert.equal(await page.getByRole('dialog').count(), 0)
  assert.equal(await page.getByText('CASH-EQ').count(), 0)
  for (const error of errors) assert.match(error, /status of 401/)
})
