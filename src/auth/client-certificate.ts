/**
 * Certificates that machines prove themselves by (RFC 8705): what a connection has shown, and what a client is registered
 * with: one certificate by its thumbprint, or every one that the authority gives to a subject.
 */
import { createHash, X509Certificate } from 'node:crypto'

/** A certificate that an authority of the gate's configuration has signed, and whose key its connection has proved. */
export interface ClientCertificate {
  /** SHA-256 of its DER, base64url: `x5t#S256`. */
  readonly thumbprint: string
  /** Distinguished name as RFC 4514 writes it: `CN=ems-1,O=Acme`. */
  readonly subject: string
}

/** One of the two. */
export interface RegisteredCertificate {
  readonly thumbprint?: string
  readonly subject?: string
}

const SUBJECT_CHARS_MAX = 512

export function clientCertificate(certificate: X509Certificate): ClientCertificate {
  // Node gives a line for each part, with its special characters escaped, in the order of the certificate.
  const subject = (certificate.subject ?? '').split('\n').reverse().join(',')
  return { thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'), subject }
}

/** @throws RangeError where the text is no certificate */
export function readCertificate(pem: string): ClientCertificate {
  try {
    return clientCertificate(new X509Certificate(pem))
  } catch (error) {
    throw new RangeError(`this is no certificate in PEM: ${(error as Error).message}`)
  }
}

/** @throws RangeError where it can be no subject */
export function checkSubject(subject: string): string {
  if (!/^[A-Za-z0-9.]+=./.test(subject) || subject.length > SUBJECT_CHARS_MAX) {
    throw new RangeError(
      'a subject is written as openssl x509 -noout -subject -nameopt RFC2253 prints it: CN=ems-1,O=Acme',
    )
  }
  return subject
}

export function isRegistered(shown: ClientCertificate, { thumbprint, subject }: RegisteredCertificate): boolean {
  if (thumbprint !== undefined) return thumbprint === shown.thumbprint
  return subject !== undefined && subject === shown.subject
}
