/** Secrets on disk, client secrets and approval tokens. */
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  ApprovalKeyFile,
  ApprovalKeys,
  approvalKeyFile,
  KEY_LOOK_MS,
  KEY_OVERLAP_US,
  rotateApprovalKey,
} from './approval-keys.ts'
import { ApprovalKey, type Approved, mintApproval, type Terms, termsOf, verifyApproval } from './approval-token.ts'
import { ClientStore } from './client-store.ts'
import { dutyBits, EXCLUSIONS, scopeBits, scopeOf } from './duties.ts'
import { SecretFiles } from './secret-files.ts'

const folder = () => join(mkdtempSync(join(tmpdir(), 'secrets-')), 'secrets')

test('the folder is 0700, files are 0600, and what others may read is refused', () => {
  const files = new SecretFiles(folder())
  files.write('a', 'one')
  files.write('a', 'two')
  assert.equal(files.read('a'), 'two')
  assert.equal(files.read('b'), undefined)
  assert.equal(
    files.readOrMake('a', () => 'three'),
    'two',
  )
  assert.equal(
    files.readOrMake('c', () => 'four'),
    'four',
  )
  assert.deepEqual(readdirSync(files.folder).sort(), ['a', 'c'], 'no half-written file is left')
  if (process.platform === 'win32') return
  assert.equal(statSync(files.folder).mode & 0o777, 0o700)
  assert.equal(statSync(join(files.folder, 'a')).mode & 0o777, 0o600)
  chmodSync(join(files.folder, 'a'), 0o640)
  assert.throws(() => files.read('a'), /mode 640/)
  chmodSync(files.folder, 0o755)
  assert.throws(() => new SecretFiles(files.folder), /mode 755/)
})

test('a client is known by its secret, which is kept nowhere', () => {
  const files = new SecretFiles(folder())
  const store = new ClientStore(files)
  const secret = store.register('ems-1', ['orders:write'])
  assert.deepEqual(store.authenticate('ems-1', secret), {
    clientID: 'ems-1',
    duties: dutyBits(['orders:write']),
    disabled: false,
  })
  for (const [id, wrong] of [
    ['ems-1', `${secret}x`],
    ['ems-1', ''],
    ['ems-2', secret],
    ['__proto__', secret],
  ] as const) {
    assert.equal(store.authenticate(id, wrong), undefined)
  }
  assert.ok(!readFileSync(join(files.folder, 'clients.json'), 'utf8').includes(secret))
  const again = new ClientStore(files)
  assert.ok(again.authenticate('ems-1', secret))
  const second = again.register('ems-1', ['orders:write'])
  assert.equal(again.authenticate('ems-1', secret), undefined, 'a new secret ends the old one')
  again.setDisabled('ems-1', true)
  assert.equal(again.authenticate('ems-1', second), undefined)
})

test('no client writes orders and says what they are judged by', () => {
  const store = new ClientStore(new SecretFiles(folder()))
  assert.equal(EXCLUSIONS.length, 10)
  for (const { duty, excludes } of EXCLUSIONS) {
    assert.equal(duty, 'orders:write')
    assert.throws(() => store.register('x', [duty, excludes]), /two clients/)
    assert.ok(store.register('x', [excludes]))
  }
  assert.ok(store.register('x', ['orders:write', 'risk:read', 'limits:propose', 'cancels:execute', 'kill']))
  for (const [id, duty] of [
    ['x', 'everything'],
    ['', 'kill'],
    ['a:b', 'kill'],
    ['a'.repeat(33), 'kill'],
  ] as const) {
    assert.throws(() => store.register(id, [duty]), RangeError)
  }
})

test('a program that people sign in through has no secret, and goes back to its own addresses alone', () => {
  const files = new SecretFiles(folder())
  const store = new ClientStore(files)
  const uris = ['https://console.test/back', 'http://127.0.0.1:9000/back?x=1']
  // People send no orders: what excludes each other in a machine does not in what they may do through one program.
  store.registerPublic('console', ['orders:write', 'admin'], uris)
  const again = new ClientStore(files)
  assert.deepEqual(again.publicClient('console')?.redirectURIs, uris)
  assert.equal(again.authenticate('console', ''), undefined)
  assert.equal(again.hasSecret('console'), false)
  assert.equal(again.publicClient('nobody'), undefined)
  again.register('ems-1', ['orders:write'])
  assert.equal(again.publicClient('ems-1'), undefined)
  again.setDisabled('console', true)
  assert.equal(again.publicClient('console'), undefined)
  for (const uri of [
    'http://console.test/back',
    'https://console.test/back#part',
    'https://somebody@console.test/back',
    'https://CONSOLE.test/back',
    'https://console.test',
    'https://console.test/a/../back',
    'console:/back',
    'javascript:alert(1)',
    'back',
    '',
    `https://console.test/${'x'.repeat(512)}`,
  ]) {
    assert.throws(() => store.registerPublic('x', ['kill'], [uri]), /is no redirect URI/, uri)
  }
  for (const list of [[], new Array(9).fill(uris[0])]) {
    assert.throws(() => store.registerPublic('x', ['kill'], list), /1 to 8/)
  }
})

test('a machine with a certificate is known by that alone', () => {
  const files = new SecretFiles(folder())
  const store = new ClientStore(files)
  const shown = { thumbprint: 't'.repeat(43), subject: 'CN=ems-1,O=Acme' }
  store.registerCertificate('pinned', ['kill'], { thumbprint: shown.thumbprint })
  store.registerCertificate('named', ['kill'], { subject: shown.subject })
  assert.throws(() => store.registerCertificate('x', ['orders:write', 'admin'], shown), /two clients/)
  const again = new ClientStore(files)
  for (const name of ['pinned', 'named']) {
    assert.equal(again.authenticateCertificate(name, shown)?.duties, dutyBits(['kill']))
    assert.equal(again.authenticateCertificate(name, { thumbprint: 'u', subject: 'CN=ems-1' }), undefined)
    assert.equal(again.authenticate(name, ''), undefined)
  }
  again.register('secret', ['kill'])
  assert.equal(again.authenticateCertificate('secret', shown), undefined)
  again.setDisabled('pinned', true)
  assert.equal(again.authenticateCertificate('pinned', shown), undefined)
})

test('a start refuses a client that was given such duties by hand', () => {
  const files = new SecretFiles(folder())
  new ClientStore(files).register('ems-1', ['orders:write'])
  files.write('clients.json', (files.read('clients.json') ?? '').replace('orders:write', 'orders:write day:roll'))
  assert.throws(() => new ClientStore(files), /ems-1: a client with orders:write may not hold day:roll/)
})

test('a scope is a set of duties', () => {
  assert.equal(scopeOf(scopeBits('kill  risk:read nonsense kill')), 'kill risk:read')
  assert.equal(scopeBits(''), 0)
})

const TERMS: Terms = {
  symbol: '600519.SH',
  account: 'ACC-7',
  side: 'Buy',
  orderQty: '300',
  ordType: 'Limit',
  price: '1668.52',
  stopPx: '',
  timeInForce: 'Day',
  expireTime: '',
}
const ORDER: Approved = {
  epoch: 3,
  seq: 4711,
  session: 'ems-1',
  clOrdID: 'A-1',
  terms: termsOf(TERMS, ''),
  venue: 'XSHG',
  expiryUs: 2_000_000,
}

test('an approval token fits one order, at one venue, for its time', () => {
  const keys = new ApprovalKeys(new SecretFiles(folder()))
  const key = keys.keyOf('XSHG')
  const token = mintApproval(key, ORDER)
  assert.equal(mintApproval(key, ORDER), token, 'the same decision has the same token')
  assert.equal(verifyApproval(key, token, ORDER, 1_999_999), 4711)
  assert.equal(verifyApproval(key, token, ORDER, 2_000_000), 'EXPIRED')
  for (const change of [
    { session: 'ems-2' },
    { clOrdID: 'A-2' },
    { venue: '' },
    { terms: termsOf({ ...TERMS, orderQty: '301' }, '') },
    { terms: termsOf({ ...TERMS, price: '1668.53' }, '') },
    { terms: termsOf(TERMS, '1') },
  ]) {
    assert.equal(verifyApproval(key, token, { ...ORDER, ...change }, 1), 'FORGED', JSON.stringify(change))
  }
  assert.equal(verifyApproval(key, token, { ...ORDER, epoch: 4 }, 1), 'OTHER_EPOCH')
  assert.equal(verifyApproval(keys.keyOf(''), token, ORDER, 1), 'FORGED')
  const parts = token.split('.')
  for (const [part, value] of [
    [1, '4'],
    [2, '99'],
    [3, '999999999999'],
    [4, 'A'.repeat(43)],
  ] as const) {
    assert.equal(verifyApproval(key, parts.with(part, value).join('.'), ORDER, 1), 'FORGED')
  }
  for (const bad of ['', 'pa1', `${token}x`, token.replace('pa1', 'pa2'), `${token}\n`]) {
    assert.equal(verifyApproval(key, bad, ORDER, 1), 'MALFORMED', bad)
  }
})

test("the token's MAC is the HMAC-SHA256 of any other implementation", () => {
  for (let length = 0; length < 300; length += 7) {
    const bytes = randomBytes(32).map((byte) => byte & 0x7f)
    const text = 'x'.repeat(length)
    const other = createHmac('sha256', bytes).update(text).digest('base64url')
    assert.equal(new ApprovalKey(bytes).mac(text), other)
  }
  assert.throws(() => new ApprovalKey(new Uint8Array(31)), /32 bytes/)
  assert.throws(() => new ApprovalKey(new Uint8Array(32).fill(0x80)), /seven bits/)
})

test('each venue has a key of its own, kept over a restart, whatever its name', () => {
  const files = new SecretFiles(folder())
  const venues = ['XSHG', 'XNYS', '', '../../etc/passwd', 'a b']
  const exported = (keys: ApprovalKeys) => venues.map((venue) => keys.keyOf(venue).mac('x'))
  const first = exported(new ApprovalKeys(files))
  assert.equal(new Set(first).size, venues.length)
  assert.deepEqual(exported(new ApprovalKeys(files)), first)
  assert.equal(readdirSync(files.folder).length, venues.length)
})

test('a new key is minted with from its time on; the one before it is taken for a minute more, while both sides run', () => {
  const files = new SecretFiles(folder())
  const gate = new ApprovalKeys(files)
  const first = gate.keyOf('XSHG', 0)
  const path = join(files.folder, approvalKeyFile('XSHG'))
  let nowMs = 0
  const adapter = new ApprovalKeyFile(path, () => nowMs)
  const macs = (keys: readonly ApprovalKey[]) => keys.map((key) => key.mac('x'))
  rotateApprovalKey(files, 'XSHG', 1_000, 5_000)
  assert.deepEqual(macs(adapter.takenAt(1_000)), macs([first]), 'it does not look at every order')
  nowMs += KEY_LOOK_MS
  const both = adapter.takenAt(1_000)
  assert.equal(both.length, 2, 'the next one is taken before it is minted with')
  const minted = (timeUs: number) => adapter.mintingAt(timeUs).mac('x')
  assert.equal(minted(4_999), first.mac('x'))
  assert.equal(minted(5_000), both[1]?.mac('x'))
  assert.deepEqual(macs(adapter.takenAt(5_000 + KEY_OVERLAP_US - 1)), macs(both))
  assert.deepEqual(macs(adapter.takenAt(5_000 + KEY_OVERLAP_US)), macs(both.slice(1)))
  assert.throws(() => rotateApprovalKey(files, 'XSHG', 4_999, 9_000), /has not begun/)
  rotateApprovalKey(files, 'XSHG', 6_000, 7_000)
  rotateApprovalKey(files, 'XSHG', 8_000, 9_000)
  assert.throws(() => rotateApprovalKey(files, 'XSHG', 10_000, 11_000), /4 keys/)
  rotateApprovalKey(files, 'XSHG', 9_000 + KEY_OVERLAP_US, 9_001 + KEY_OVERLAP_US)
  assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, 2, 'what is over is forgotten')
  const last = minted(Number.MAX_SAFE_INTEGER)
  chmodSync(path, 0o640)
  nowMs += KEY_LOOK_MS
  assert.equal(minted(Number.MAX_SAFE_INTEGER), last, 'a file that others can read is not read')
  rotateApprovalKey(files, 'XSHG', 0, undefined)
  nowMs += KEY_LOOK_MS
  assert.equal(adapter.takenAt(0).length, 1, 'at once: no token of another key is good')
  for (const bad of ['', 'short', `${readFileSync(path, 'utf8').trim()} 5\n`.repeat(2), 'x'.repeat(2_000)]) {
    files.write('approval-bad.key', bad)
    assert.throws(() => new ApprovalKeyFile(join(files.folder, 'approval-bad.key')), /approval keys/)
  }
})
