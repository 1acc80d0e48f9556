/**
 * The package as somebody installs it: a program outside the repository imports the client and the adapter, with types, and
 * the client drags in neither a server nor what knows how a token is checked.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { repositoryRoot } from './repository-root.ts'

const root = repositoryRoot()
const folder = mkdtempSync(join(tmpdir(), 'installed-'))
const MODULES = join(folder, 'node_modules')

const PROGRAM = `
import { createAdapterGuard, type GuardFault } from 'portcullis/adapter'
import { connectGate, GateError, NotRouted, orderAtVenue, type Fate, type Gate, type Order } from 'portcullis/client'

const order: Order = {
  clOrdID: 'A-1', symbol: 'AAPL', account: 'ACC-1', trader: 'T-1', strategy: 'S-1',
  side: 'Buy', ordType: 'Limit', price: '1', orderQty: '1',
}
// @ts-expect-error: a side that is none
const wrong: Order = { ...order, side: 'Bought' }
export async function ask(gate: Gate): Promise<string> {
  const fate: Fate<number> = await gate.submit(order, ({ token }) => token.length)
  switch (fate.outcome) {
    case 'routed': return String(fate.result)
    case 'refused': return fate.refusal.text
    case 'notSent': return fate.text
    case 'unknown': return String(fate.cause)
  }
}
export const guardOf = (gate: Gate) => createAdapterGuard({ venue: 'XSIM', keyFile: 'key', killFeed: gate.killFeed })
export const fault: GuardFault = 'USED'
await connectGate({ endpoints: [], credentials: async () => ({ accessToken: 'x', expiresInMs: 1 }) }).catch((error) => {
  console.log([error.message, typeof orderAtVenue, NotRouted.name, GateError.name, wrong.side].join(' '))
})
`

/** The programs that the page shows. */
function pagePrograms(): readonly string[] {
  const page = readFileSync(join(root, 'docs/reference/sdk.md'), 'utf8')
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout
}

before(() => {
  run('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', folder], root)
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  mkdirSync(MODULES)
  run('tar', ['-xzf', packed], folder)
  // npm would unpack it there.
  run(process.execPath, ['-e', "require('fs').renameSync('package', 'node_modules/portcullis')"], folder)
  // Of its dependencies the client needs one; the types are of whoever compiles.
  for (const name of ['@bufbuild/protobuf', '@types/node', 'undici-types']) {
    mkdirSync(dirname(join(MODULES, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(MODULES, name), 'junction')
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'program.ts'), PROGRAM)
  pagePrograms().forEach((text, at) => {
    writeFileSync(join(folder, `page-${at}.ts`), text)
  })
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('a program that installs the package imports client and adapter with their types, and runs', () => {
  const strict = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--skipLibCheck',
    'false',
  ]
  const pages = pagePrograms().map((_, at) => `page-${at}.ts`)
  assert.equal(pages.length, 2, 'and so do those of its page')
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...strict, 'program.ts', ...pages], folder)
  const said = run(process.execPath, ['program.js'], folder)
  assert.equal(said.trim(), 'endpoints: there is none function NotRouted GateError Bought')
})

test('nothing else of the package can be imported', () => {
  const inner = "import('portcullis/dist/src/auth/approval-keys.js').catch(({ code }) => console.log(code))"
  assert.equal(run(process.execPath, ['-e', inner], folder).trim(), 'ERR_PACKAGE_PATH_NOT_EXPORTED')
})
