/**
 * What the control listener serves: kill, release and their state, by the routes of the main listener, and the kill page.
 * The page is one file that asks nothing of anyone but this listener; its headers let it do nothing else.
 */
import { HTML_TYPE, readPage } from './page.ts'
import type { Route } from './route.ts'

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
  const { text, headers } = readPage('kill-page.html')
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
    handle: (exchange) => exchange.sendPlain(HTML_TYPE, text, headers),
  }
}
