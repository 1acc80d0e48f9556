/** The sign-in page as people use it: a real browser, with the key file and with the key on another machine. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { makePersonKey, type PersonKey, writePersonKey } from '../../auth/person-keys.ts'
import { openWindow, PHONE, skipWithoutBrowser, startBrowser } from '../../simulator/browser.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { CONSOLE, SignInClient } from '../../simulator/sign-in.ts'

const PORTCULLIS = fileURLToPath(new URL('../../cli/portcullis.js', import.meta.url))

if (skipWithoutBrowser !== false) console.log(`the sign-in page is not looked at: ${skipWithoutBrowser}`)

describe('the sign-in page in a browser', { skip: skipWithoutBrowser }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sign-in-page-'))
  const keyFile = join(folder, 'olga.json')
  let browser: Browser
  let gate: RestGate
  let program: Server
  let redirectURI = ''
  let key: PersonKey
  before(async () => {
    browser = await startBrowser()
    gate = await RestGate.start()
    await gate.register('olga', 'person', ['kill', 'risk:read'])
    key = gate.personKeys.get('olga') as PersonKey
    writePersonKey(keyFile, key)
    // The program that the person comes back to.
    program = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back</h1>'),
    )
    await new Promise<void>((settle) => program.listen(0, '127.0.0.1', settle))
    redirectURI = `http://127.0.0.1:${(program.address() as AddressInfo).port}/back`
    gate.clients.registerPublic(CONSOLE, ['kill', 'risk:read'], [redirectURI])
  })
  after(async () => {
    await browser.close()
    program.close()
    await gate.close()
  })

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  async function open(look?: Parameters<typeof openWindow>[2]) {
    const through = new SignInClient(gate.url)
    const window = await openWindow(
      browser,
      `${gate.url}/oauth/authorize?${through.query({ redirect_uri: redirectURI })}`,
      look,
    )
    return { through, ...window }
  }
  /** The tokens for what the browser came back with. */
  async function tokens(page: Page, through: SignInClient) {
    await page.getByRole('heading', { name: 'Back' }).waitFor()
    const { searchParams } = new URL(page.url())
    assert.deepEqual([searchParams.get('state'), searchParams.get('iss')], [through.state, 'http://gate.test'])
    return (await through.exchange(searchParams.get('code') ?? '', { redirect_uri: redirectURI })).body
  }

  test('with the key file: the page signs, and the key goes nowhere', async () => {
    const { page, requests, errors, through } = await open()
    await page.getByRole('heading', { name: 'Sign in to console' }).waitFor()
    const sent: string[] = []
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.getByLabel('Your key file').setInputFiles(keyFile)
    await button(page, 'Sign in').click()
    const { access_token: token } = await tokens(page, through)
    assert.equal((await gate.send(token, 'GET', '/latches')).status, 200)
    assert.ok(sent.length >= 2)
    for (const text of sent) assert.ok(!text.includes(key.d), text)
    assert.deepEqual(errors, [])
    for (const url of requests) assert.ok(url.startsWith(gate.url) || url.startsWith(redirectURI), url)
  })

  test('with the key on another machine: what the command prints, on a telephone', async () => {
    const { page, errors, through } = await open(PHONE)
    const said = await page.getByText('portcullis person sign-in').textContent()
    const [, challenge = ''] = /sign-in (\S+) --key/.exec(said ?? '') ?? []
    const proof = execFileSync(process.execPath, [PORTCULLIS, 'person', 'sign-in', challenge, '--key', keyFile], {
      encoding: 'utf8',
    })
    await page.getByLabel('What it prints').fill(proof)
    await button(page, 'Sign in with this').click()
    assert.equal((await tokens(page, through)).scope, 'kill risk:read')
    assert.deepEqual(errors, [])
  })

  test('what is no key, or a key that the gate does not know, says so and can be tried again', async () => {
    const { page, through } = await open()
    const says = (text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor()
    const wrong = join(folder, 'wrong.json')
    for (const [text, said] of [
      ['no JSON', 'This file holds no key of a person.'],
      ['null', 'This file holds no key of a person.'],
      ['{"name":"olga"}', 'This file holds no key of a person.'],
      [JSON.stringify({ ...key, d: 'AAAA' }), 'This browser cannot sign with this key'],
      [JSON.stringify(await makePersonKey('olga')), 'This is not signed, for this page, with the key of a person'],
    ] as const) {
      writeFileSync(wrong, text)
      await page.getByLabel('Your key file').setInputFiles(wrong)
      await button(page, 'Sign in').click()
      await says(said)
    }
    await page.getByLabel('Your key file').setInputFiles(keyFile)
    await button(page, 'Sign in').click()
    await tokens(page, through)
  })
})
