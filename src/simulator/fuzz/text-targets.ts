/** Headers and tokens, files that are imported, configuration, kill files: what comes as text. */
import { createHash } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { mintApproval, verifyApproval } from '../../auth/approval-token.ts'
import { makePersonKey, PERSON_ALGORITHM, PERSON_TYPE, type PersonKey, publicKeyOf } from '../../auth/person-keys.ts'
import { UsageError } from '../../cli/exit-codes.ts'
import { parseGateConfig } from '../../cli/gate-config.ts'
import { readImport } from '../../cli/import/import-file.ts'
import { killFileText, readKillFile } from '../../gateway/kill-file.ts'
import type { Dice } from '../commands/dice.ts'
import { RestGate } from '../rest-gate.ts'
import { SIZES } from './fuzz-firm.ts'
import { FuzzFinding, type FuzzTarget } from './fuzz-target.ts'
import { mutateBytes, NASTY } from './mutate.ts'

const NOW_US = 1_800_000_000_000_000

/** The authorization header as a request brings it; tokens of the issuer, and such that a person signed with anything in them. */
export async function tokenTarget(): Promise<FuzzTarget> {
  const gate = await RestGate.start({ sizes: SIZES, rates: { each: {}, named: new Map() } })
  await gate.register('ems-1', 'client', ['risk:read'])
  const token = gate.tokens.get('ems-1') as string
  const key = await makePersonKey('eve')
  await gate.people.register('eve', publicKeyOf(key), ['kill'])
  const signed = await signedTokens(key, gate.issuer.audience)
  const good = new Set([token, signed[0] as string])
  const header = (dice: Dice) => Buffer.from(`Bearer ${dice.chance(50) ? token : dice.of(signed)}`)
  return {
    ...{ name: 'authorization header', weight: 4, parsers: ['rest/access', 'auth/token-verifier', 'gateway/callers'] },
    valid: header,
    framed: (dice) => {
      const whole = header(dice)
      if (dice.chance(30)) return whole
      const dots = whole.toString().split('.')
      const at = dice.below(dots.length)
      // One part changes and stays base64url: what it says is read before the signature is.
      const part = at === 0 ? (dots[0] as string).slice(7) : (dots[at] as string)
      const changed = mutateBytes(dice, Buffer.from(part, 'base64url'), whole).toString('base64url')
      dots[at] = at === 0 ? `Bearer ${changed}` : changed
      return Buffer.from(dots.join('.'))
    },
    run: async (input) => {
      const authorization = input.toString('latin1')
      const { statusCode, body } = await gate.server.app.inject({
        ...{ method: 'GET', url: '/latches', headers: { authorization } },
      })
      const sent = /^bearer (.*)$/is.exec(authorization)?.[1] ?? ''
      // A good one may have run out: a long run takes longer than a token lives.
      if (statusCode !== 401 && !good.has(sent)) throw new FuzzFinding(`a token that is not ours gets ${statusCode}`)
      return `${statusCode} ${statusCode === 401 ? (JSON.parse(body) as { error: { text: string } }).error.text : ''}`
    },
    close: () => gate.close(),
  }
}

/** Tokens with the right signature: the first is good, the others say something that none may. */
async function signedTokens(key: PersonKey, audience: string): Promise<readonly string[]> {
  const { kid, x, d, name } = key
  const signer = await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, PERSON_ALGORITHM)
  const now = Math.floor(Date.now() / 1000)
  const claims = { scope: 'kill', iss: `person:${name}`, aud: audience, sub: name, jti: '1', iat: now, exp: now + 900 }
  const wrong: object[] = [{ exp: now - 60 }, { iat: now + 3_600, exp: now + 4_000 }, { exp: now + 90_000 }]
  for (const claim of Object.keys(claims)) {
    for (const value of [undefined, null, {}, [], -1, 1e300, '', 'x', true]) wrong.push({ [claim]: value })
  }
  const made: string[] = []
  for (const other of [{}, ...wrong]) {
    const payload = JSON.parse(JSON.stringify({ ...claims, ...other })) as Record<string, unknown>
    // A person's id of a token and the order of duties are any text.
    if ('jti' in other && typeof other.jti === 'string') continue
    if ('scope' in other && typeof other.scope === 'string') continue
    try {
      const jwt = new SignJWT(payload).setProtectedHeader({ alg: PERSON_ALGORITHM, typ: PERSON_TYPE, kid })
      made.push(await jwt.sign(signer))
    } catch {
      // What the signer itself does not sign nobody sends.
    }
  }
  return made
}

export async function approvalTarget(): Promise<FuzzTarget> {
  const gate = await RestGate.start({ sizes: SIZES })
  const key = gate.keys.keyOf('XNYS')
  await gate.close()
  const order = { epoch: 3, session: 'ems-1', clOrdID: 'A-1', terms: 'AAPL\nACC-1\nBuy', venue: 'XNYS' }
  const good = mintApproval(key, { ...order, seq: 4_711, expiryUs: NOW_US + 1 })
  const others = [
    mintApproval(key, { ...order, seq: 4_712, expiryUs: NOW_US }),
    mintApproval(key, { ...order, epoch: 2, seq: 4_713, expiryUs: NOW_US + 1 }),
    mintApproval(key, { ...order, clOrdID: 'A-2', seq: 4_714, expiryUs: NOW_US + 1 }),
  ]
  return {
    ...{ name: 'approval token', weight: 4, parsers: ['auth/approval-token'] },
    valid: () => Buffer.from(good),
    framed: (dice) => {
      const parts = (dice.chance(70) ? good : dice.of(others)).split('.')
      const at = dice.below(parts.length)
      const part = parts[at] as string
      // Still digits, still base64url of the same length.
      if (at > 0)
        parts[at] =
          at < 4 ? String(dice.next()) : `${part.slice(0, -4)}${dice.next().toString(36).padStart(4, '0').slice(0, 4)}`
      return Buffer.from(parts.join('.'))
    },
    run: (input) => {
      const token = input.toString('latin1')
      const found = verifyApproval(key, token, order, NOW_US)
      if ((found === 4_711) !== (token === good)) throw new FuzzFinding(`another token is taken: ${found}`)
      if (typeof found === 'number' && found !== 4_711) throw new FuzzFinding(`another token is taken: ${found}`)
      return String(found)
    },
  }
}

const CSV = `path,control,subject,object,hard,soft,windowUs,parameter,value
/limits,MAX_ORDER_QTY,ACCOUNT:ACC-1,,10000,8000,,,
/limits,MESSAGE_RATE,SESSION:ems-1,,"100",,1000000,,
/parameters,,,,,,,revalueBps,10
`
const YAML = `limits:
  - { control: MAX_ORDER_QTY, subject: 'ACCOUNT:ACC-1', hard: 10000 }
  - control: MESSAGE_RATE
    subject: "SESSION:ems-1"
    hard: 100
    windowUs: 1000000
parameters:
  - { parameter: revalueBps, value: 10 }
`
const REFERENCE = `hierarchy:
  - { kind: ENTITY, name: HOLDING }
  - { kind: ACCOUNT, name: ACC-7, entity: HOLDING, client: HOUSE, desk: CASH-EQ, owner: HOUSE }
fx:
  - { currency: EUR, rate: 1.08 }
`
const CONFIG = `firm: { id: ACME, baseCurrency: USD }
officers: [officer-a, officer-b]
data: data
listen: { port: 8443, host: 127.0.0.1, session: { port: 8445 } }
issuer: { url: https://gate.example.com }
rates: { client: '100 in 1 s, 20 in 10 ms', named: [account ACC-1: 5 in 1 s] }
`

function textTarget(
  name: string,
  parsers: readonly string[],
  texts: readonly string[],
  read: (text: string) => string,
): FuzzTarget {
  const valid = (dice: Dice) => Buffer.from(dice.of(texts))
  return {
    ...{ name, weight: 1, parsers, valid },
    framed: (dice) => {
      // A word in place of another: still lines and cells, or a mapping.
      const text = dice.of(texts)
      const words = text.split(/([\w:.-]+)/)
      if (dice.chance(50)) return mutateBytes(dice, Buffer.from(text), Buffer.from(dice.of(texts)))
      for (let times = dice.between(1, 2); times > 0; times--)
        words[1 + 2 * dice.below(words.length >> 1)] = dice.of(NASTY)
      return Buffer.from(words.join(''))
    },
    run: (input) => read(input.toString('utf8')),
  }
}

function imported(kind: 'limits' | 'reference', format: 'csv' | 'yaml') {
  return (text: string) => {
    const { rows, faults } = readImport(kind, text, format)
    if (rows.length === 0 && faults.length === 0) throw new FuzzFinding('a file that says nothing is no fault')
    const [fault] = faults
    return fault === undefined ? `${rows.length} rows` : fault.text.replace(/[\d"'].*/s, '').slice(0, 40)
  }
}

export function fileTextTargets(): readonly FuzzTarget[] {
  const kill = killFileText({ body: '{"firm":true,"reason":"x"}', by: 'alice' }, '2026-11-21T00:00:00Z')
  return [
    textTarget('CSV', ['import/csv', 'import/import-file'], [CSV], imported('limits', 'csv')),
    textTarget('YAML of limits', ['import/import-file', 'import/import-kinds'], [YAML], imported('limits', 'yaml')),
    textTarget(
      'YAML of reference',
      ['import/import-file', 'model/parse/hierarchy'],
      [REFERENCE],
      imported('reference', 'yaml'),
    ),
    textTarget('configuration', ['cli/gate-config', 'cli/gate-rates', 'ratelimit/rate'], [CONFIG], (text) => {
      try {
        return `gate of ${parseGateConfig(text, '/etc/gate.yaml').firm.length}`
      } catch (error) {
        if (error instanceof UsageError)
          return error.message
            .replace(/^\S+: /, '')
            .replace(/[\d"'].*/s, '')
            .slice(0, 60)
        throw error
      }
    }),
    {
      ...{ name: 'kill file', weight: 2, parsers: ['gateway/kill-file'] },
      valid: () => Buffer.from(kill),
      framed: (dice) => {
        const lines = mutateBytes(dice, Buffer.from(kill.slice(0, kill.lastIndexOf('sha256'))), Buffer.from(kill))
        return Buffer.from(`${lines.toString()}sha256 ${createHash('sha256').update(lines.toString()).digest('hex')}\n`)
      },
      run: (input) => {
        const read = readKillFile(input.toString('utf8'))
        return read === undefined ? 'none' : `by ${read.by.length}`
      },
    },
  ]
}
