/** `GET /feed` as a request without an upgrade reaches it, and as the document describes it. */
import { RequestError } from '../../model/errors.ts'
import type { Route } from './route.ts'

export function feedRoute(): Route {
  return {
    method: 'GET',
    url: '/feed',
    duties: [],
    tag: 'Operation',
    summary: 'Live feed of decisions, alerts and state (WebSocket)',
    description:
      'An upgrade to a WebSocket (RFC 6455) with a bearer token, or, of a browser, with the subprotocols `portcullis.v1, bearer.<token>`. Needs risk:read, audit:read or orders:write. Answers 101; docs/reference/feed.md says what goes over it. A request without an upgrade gets UPGRADE_REQUIRED.',
    answer: 'Text',
    answerDescription: 'None: 101 where it is upgraded.',
    errors: ['UPGRADE_REQUIRED', 'UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'NOT_READY'],
    sequenced: false,
    handle: (exchange) =>
      exchange.refuse(new RequestError('UPGRADE_REQUIRED'), { upgrade: 'websocket', connection: 'upgrade' }),
  }
}
