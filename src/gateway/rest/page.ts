/** Pages that the gate serves: one file each, whose headers let it do nothing but ask the listener that it came from. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Beside the source, where it is built and where it is installed. */
const FOLDER = '../../../../src/gateway/rest/'

export interface Page {
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

export const HTML_TYPE = 'text/html; charset=utf-8'

export function readPage(name: string): Page {
  const text = readFileSync(new URL(`${FOLDER}${name}`, import.meta.url), 'utf8')
  const policy = [
    ...["default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    `script-src ${hashOf(name, text, 'script')}`,
    `style-src ${hashOf(name, text, 'style')}`,
  ]
  return {
    text,
    headers: {
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      // Browsers that do not know frame-ancestors, and windows that another site has opened.
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    },
  }
}

/** A text as HTML shows it, in an element or an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/** The page's one element of this name, as a content security policy names it. */
function hashOf(page: string, text: string, element: 'script' | 'style'): string {
  const inner = new RegExp(`<${element}>([^]*?)</${element}>`).exec(text)?.[1]
  if (inner === undefined) throw new Error(`${page} has no ${element}`)
  return `'sha256-${createHash('sha256').update(inner).digest('base64')}'`
}
