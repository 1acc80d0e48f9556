/**
 * What the control listener serves: kill, release and their state, by the routes of the main listener, and the kill page.
 * The page is one file that asks nothing of anyone but this listener; its headers let it do nothing else.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Route } from './route.ts'

/** Beside the source, where it is built and where it is installed. */
const PAGE = new URL('../../../../src/gateway/rest/kill-page.html', import.meta.url)

/** Paths of the main listener's routes that it serves too. */
export const CONTROL_PATHS: readonly string[] = [
  '/kill',
  '/latches',
  '/latches/:latch/release',
  '/kills',
  '/kills/:latch',
  '/kill-preview',
  '/kill-scopes',
  '/healthz',
  '/livez',
  '/readyz',
]

export function killPageRoute(): Route {
  const page = readFileSync(PAGE, 'utf8')
  const headers = {
    'content-security-policy': [
      ...[
        "default-src 'none'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ],
      `script-src ${hashOf(page, 'script')}`,
      `style-src ${hashOf(page, 'style')}`,
    ].join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  return {
    method: 'GET',
    url: '/',
    duties: [],
    tag: 'Kill',
    summary: 'The kill page',
    description: 'Public, as a page: what it shows and does needs a token.',
    answer: 'Text',
    answerDescription: 'HTML.',
    sequenced: false,
    handle: (exchange) => exchange.sendPlain('text/html; charset=utf-8', page, headers),
  }
}

/** The page's one element of this name, as a content security policy names it. */
function hashOf(page: string, element: 'script' | 'style'): string {
  const inner = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page)?.[1]
  if (inner === undefined) throw new Error(`the kill page has no ${element}`)
  return `'sha256-${createHash('sha256').update(inner).digest('base64')}'`
}
