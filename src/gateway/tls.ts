/** How every listener of the gate speaks TLS. */

/** Certificate chain and private key, PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

export const TLS_TERMS = { minVersion: 'TLSv1.2', handshakeTimeout: 5_000 } as const
