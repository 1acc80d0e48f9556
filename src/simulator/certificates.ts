/** An authority that tests make, and the certificates that it signs: X.509 in DER, as much of it as TLS asks for. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** Certificate and private key, PEM. */
export interface Certified {
  readonly cert: string
  readonly key: string
}

export interface Leaf {
  /** Parts of the subject, as they stand in it: `[['O', 'Acme'], ['CN', 'ems-1']]`. */
  readonly subject: Name
  readonly fromMs?: number
  readonly untilMs?: number
  /** For a server at this address. */
  readonly ip?: string
}

type Name = readonly (readonly [part: keyof typeof PARTS, value: string])[]

const PARTS = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11' } as const
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'
const BASIC_CONSTRAINTS = '2.5.29.19'
const ALTERNATIVE_NAMES = '2.5.29.17'
const HOUR_MS = 3_600_000

export class Authority {
  readonly cert: string
  readonly #name: Name
  readonly #key: KeyObject

  constructor(name = 'Authority of a test') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    this.#name = [['CN', name]]
    this.cert = this.#signed({ subject: this.#name }, publicKey, [
      extension(BASIC_CONSTRAINTS, der(0x30, der(0x01, Buffer.of(0xff)))),
    ])
  }

  issue(leaf: Leaf): Certified {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const ip = leaf.ip?.split('.').map(Number)
    const names = ip === undefined ? [] : [extension(ALTERNATIVE_NAMES, der(0x30, der(0x87, Buffer.from(ip))))]
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    return { cert: this.#signed(leaf, publicKey, names), key }
  }

  #signed(
    { subject, fromMs = Date.now() - HOUR_MS, untilMs = Date.now() + HOUR_MS }: Leaf,
    publicKey: KeyObject,
    extensions: readonly Buffer[],
  ): string {
    const algorithm = der(0x30, oid(ECDSA_SHA256))
    const body = der(
      0x30,
      der(0xa0, der(0x02, Buffer.of(2))),
      // A serial number is positive.
      der(0x02, Buffer.of(1), randomBytes(8)),
      algorithm,
      nameOf(this.#name),
      der(0x30, time(fromMs), time(untilMs)),
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length === 0 ? [] : [der(0xa3, der(0x30, ...extensions))]),
    )
    const signature = der(0x03, Buffer.of(0), sign('sha256', body, this.#key))
    const text = der(0x30, body, algorithm, signature).toString('base64')
    return `-----BEGIN CERTIFICATE-----\n${(text.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
  }
}

/** Tag, length and content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(content)
  if (whole.length < 0x80) return Buffer.concat([Buffer.of(tag, whole.length), whole])
  if (whole.length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, whole.length), whole])
  return Buffer.concat([Buffer.of(tag, 0x82, whole.length >> 8, whole.length & 0xff), whole])
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

function nameOf(name: Name): Buffer {
  return der(
    0x30,
    ...name.map(([part, value]) => der(0x31, der(0x30, oid(PARTS[part]), der(0x0c, Buffer.from(value))))),
  )
}

function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-T:]/g, '')
  return der(0x18, Buffer.from(digits))
}

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, oid(id), der(0x01, Buffer.of(0xff)), der(0x04, value))
}
