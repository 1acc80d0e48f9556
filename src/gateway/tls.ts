/** How every listener of the gate speaks TLS, and who a client's certificate says that it is. */
import type { Server, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type ClientCertificate, clientCertificate } from '../auth/client-certificate.ts'

/** Certificate chain and private key, PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
  /** Authorities of clients' certificates, PEM: with them a client is asked for one, and may come without. */
  readonly clientCa?: string
}

export const TLS_TERMS = { minVersion: 'TLSv1.2', handshakeTimeout: 5_000 } as const

/** What a TLS server is made with. */
export function tlsOptions({ cert, key, clientCa }: TlsFiles) {
  const asked = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }
  return { cert, key, ...asked, ...TLS_TERMS }
}

/** Ends connections whose client shows a certificate that no authority of ours has signed, or that is over. */
export function refuseStrangers(server: Server): void {
  server.on('secureConnection', (socket: TLSSocket) => {
    if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) socket.destroy()
  })
}

const shown = new WeakMap<Socket, ClientCertificate | undefined>()

/** The certificate that a connection's client has shown and proved; undefined where there is none. */
export function certificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  if (!shown.has(socket)) {
    const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
    shown.set(socket, certificate === undefined ? undefined : clientCertificate(certificate))
  }
  return shown.get(socket)
}
