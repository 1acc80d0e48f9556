/** Where a gate's order session is reached, and a connection there: bytes out, frames in. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { FrameCutter, frameOf } from '../wire/frames.ts'

export type Endpoint =
  | { readonly kind: 'tcp' | 'tls'; readonly text: string; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly text: string; readonly path: string }

/** What a TLS endpoint is checked by. Without `ca` the authorities of Node are trusted. */
export interface TlsTrust {
  /** Certificates of authorities, PEM. */
  readonly ca?: string
  /** Name that the gate's certificate must have; the endpoint's host where it is not given. */
  readonly servername?: string
}

/** A connection that is open. */
export interface Transport {
  /** Sends the body of a frame. */
  send(body: Uint8Array): void
  close(): void
}

export interface TransportEvents {
  opened(transport: Transport): void
  /** The body of a frame; the bytes may be kept. */
  received(body: Uint8Array): void
  /** Told once, whether it was ever open or not. */
  closed(why: string): void
}

/** Opens a connection. The function that it returns gives it up at any time; `closed` is then told too. */
export type Dial = (endpoint: Endpoint, events: TransportEvents) => () => void

const SHAPE = /^(tcp|tls):\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#[\]@]+):(\d{1,5})$|^unix:(.+)$/
const TLS_MIN = 'TLSv1.2'

/** @throws RangeError where the text is no endpoint */
export function endpointOf(text: string): Endpoint {
  const match = SHAPE.exec(text)
  if (match === null) throw new RangeError(`${text}: an endpoint is tcp://host:port, tls://host:port or unix:path`)
  const [, kind, host = '', port, path] = match
  if (path !== undefined) return { kind: 'unix', text, path: path.replace(/^\/\/(?=\/)/, '') }
  if (Number(port) < 1 || Number(port) > 65_535) throw new RangeError(`${text}: ${port} is no port`)
  return { kind: kind as 'tcp' | 'tls', text, host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

/** Dials over sockets. */
export function dialWith(trust: TlsTrust): Dial {
  return (endpoint, events) => {
    const socket = open(endpoint, trust)
    const cutter = new FrameCutter()
    let why = 'the gate closed the connection'
    socket.setNoDelay(true)
    socket.once(endpoint.kind === 'tls' ? 'secureConnect' : 'connect', () =>
      events.opened({
        send: (body) => void (socket.writable && socket.write(frameOf(body))),
        close: () => socket.destroy(),
      }),
    )
    socket.on('data', (chunk: Buffer) => {
      if (cutter.cut(chunk, (frame) => events.received(frame))) return
      why = 'what came is no frame'
      socket.destroy()
    })
    socket.on('error', (error) => {
      why = error.message
    })
    socket.once('close', () => events.closed(why))
    return () => socket.destroy()
  }
}

function open(endpoint: Endpoint, { ca, servername }: TlsTrust): Socket {
  if (endpoint.kind === 'unix') return connect(endpoint.path)
  const { host, port } = endpoint
  if (endpoint.kind === 'tcp') return connect({ host, port })
  // An address is no name that SNI could carry; the certificate is checked against it all the same.
  const name = servername ?? (/^[\d.]+$|:/.test(host) ? undefined : host)
  return connectTls({
    ...{ host, port, minVersion: TLS_MIN },
    ...(name === undefined ? {} : { servername: name }),
    ...(ca === undefined ? {} : { ca }),
  })
}
