/** Why a request got no answer, in words that say what to do. */

/** Certificates that nobody this program trusts has signed. */
const UNTRUSTED: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]

/** What `fetch` hides behind "fetch failed". */
export function noAnswerText(error: Error): string {
  const cause = (error.cause ?? error) as Error & { readonly code?: string }
  if (!UNTRUSTED.includes(cause.code ?? '')) return cause.message
  return `${cause.message}: where it is the firm's own certificate, set NODE_EXTRA_CA_CERTS=FILE to it`
}
