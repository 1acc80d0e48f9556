/** Everything that says who asks, opened from the folder of a gate's secrets, and kept up with what others write there. */
import { ApprovalKeys } from './approval-keys.ts'
import { AuthorizationCodes } from './authorization-codes.ts'
import { ClientStore } from './client-store.ts'
import { DenyList } from './deny-list.ts'
import { AUDIENCE, Issuer } from './issuer.ts'
import { People } from './person-keys.ts'
import { RevokedTokens } from './revoked-tokens.ts'
import type { SecretFiles } from './secret-files.ts'
import { SignInChallenges } from './sign-in-proof.ts'
import { SignIns } from './sign-ins.ts'
import { type OtherIssuer, TokenVerifier } from './token-verifier.ts'

/** People's sign-in at the embedded issuer. */
export interface SignInDesk {
  readonly people: People
  readonly challenges: SignInChallenges
  readonly codes: AuthorizationCodes
  readonly signIns: SignIns
}

export interface Auth {
  readonly secrets: SecretFiles
  readonly deny: DenyList
  readonly issuer: Issuer
  readonly verifier: TokenVerifier
  readonly people: People
  readonly clients: ClientStore
  readonly revoked: RevokedTokens
  readonly approvalKeys: ApprovalKeys
  readonly desk: SignInDesk
}

export interface AuthOptions {
  /** `iss` of the embedded issuer. */
  readonly issuer: string
  readonly others?: readonly OtherIssuer[]
  readonly nowMs?: () => number
}

export async function openAuth(
  secrets: SecretFiles,
  { issuer: url, others = [], nowMs = Date.now }: AuthOptions,
): Promise<Auth> {
  const deny = new DenyList(secrets, nowMs)
  const issuer = await Issuer.open(secrets, { issuer: url, audience: AUDIENCE, nowMs })
  const people = await People.open(secrets)
  const revoked = new RevokedTokens(secrets, nowMs)
  const signIns = new SignIns(secrets, nowMs)
  // A sign-in is of the key that it began with: another one ends it.
  const isSignedIn = (person: string, id: string) => {
    const signIn = signIns.alive(id)
    return signIn !== undefined && people.named(person)?.kid === signIn.keyID
  }
  const verifier = new TokenVerifier({
    ...{ issuer: issuer.issuer, audience: AUDIENCE, others, nowMs },
    get jwks() {
      return issuer.jwks
    },
    denied: (grant) =>
      deny.isDenied(grant) ||
      revoked.has(grant.jti) ||
      (grant.signIn !== undefined && !isSignedIn(grant.subject, grant.signIn)) ||
      (grant.keyID !== undefined && !issuer.verifies(grant.keyID)),
    personWithKey: (kid) => people.withKey(kid),
    personNamed: (name) => people.named(name),
  })
  return {
    ...{ secrets, deny, issuer, verifier, people, revoked },
    clients: new ClientStore(secrets),
    approvalKeys: new ApprovalKeys(secrets),
    desk: { people, signIns, challenges: new SignInChallenges(nowMs), codes: new AuthorizationCodes(nowMs) },
  }
}
