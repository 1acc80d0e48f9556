/**
 * A real browser, Debian's Chromium, for tests of what people look at: headless, with an empty profile of its own, and every
 * request, console error and exception of its pages noted. Nothing is downloaded; where there is none, a test is skipped and
 * says so, except in CI.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const QUIET = [
  ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
]
/** Chromium's sandbox refuses to run as root. */
const isRoot = process.getuid?.() === 0

const found = PLACES.find((place) => existsSync(place))

/** Why a test that needs a browser is skipped: false where it is not. In CI it runs, and fails where there is none. */
export const skipWithoutBrowser: string | false =
  found !== undefined || process.env.CI === 'true' ? false : `no Chromium at ${PLACES.join(', ')}`

/** One person's window, and what went on in it. */
export interface Window {
  readonly page: Page
  /** Requests, the pages themselves included. */
  readonly requests: readonly string[]
  /** Errors on the console and exceptions that nobody caught. */
  readonly errors: readonly string[]
}

export interface Look {
  readonly width: number
  readonly height: number
  readonly colorScheme?: 'light' | 'dark'
}

export const DESKTOP: Look = { width: 1440, height: 900 }
export const PHONE: Look = { width: 390, height: 844 }

/** @throws Error where there is no browser */
export async function startBrowser(): Promise<Browser> {
  if (found === undefined) throw new Error(`this test needs a browser, and there is none at ${PLACES.join(', ')}`)
  return chromium.launch({ executablePath: found, headless: true, args: isRoot ? [...QUIET, '--no-sandbox'] : QUIET })
}

/** Opens an address as somebody who has nothing in common with the other windows. */
export async function openWindow(browser: Browser, url: string, look: Look = DESKTOP): Promise<Window> {
  const { width, height, colorScheme = 'light' } = look
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, serviceWorkers: 'block' })
  const page = await context.newPage()
  const requests: string[] = []
  const errors: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(url)
  return { page, requests, errors }
}
