/** What a good token says: who asks, and what it lets them do at most. And why a token says nothing. */

/** A machine, or a person who may make or check. */
export type PrincipalKind = 'client' | 'person'

/** Who asks, and what the token lets them do at most. One object per token: the gateway hangs ids on it. */
export interface Grant {
  readonly subject: string
  /** A person's own name too: no client acts for a person. */
  readonly clientID: string
  readonly jti: string
  readonly kind: PrincipalKind
  /** Bit set of duties. */
  readonly scope: number
  /** From when on the token is refused. */
  readonly expiresMs: number
  /** Id of the issuer's key that signed it; undefined where a person did. */
  readonly keyID?: string
  /** Client that the person signed in through. */
  readonly via?: string
  /** The sign-in that it is of: it ends with that. */
  readonly signIn?: string
  /** RFC 8705: SHA-256 of the certificate that its connection must show, base64url. */
  readonly certificate?: string
}

/** Why a token gives no grant; the words go into `error_description` of RFC 6750. */
export type TokenFault =
  | 'malformed'
  | 'signature'
  | 'expired'
  | 'not yet valid'
  | 'longer than 15 minutes'
  | 'issuer or audience'
  | 'bound to another certificate'
  | 'its issuer cannot be asked for keys'
  | 'revoked'
