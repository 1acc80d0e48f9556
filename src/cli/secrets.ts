/**
 * `portcullis client`, `secrets` and `deny`: who may ask for tokens, new keys for old ones, and tokens that end before their
 * time. No secret is ever printed: what somebody must have goes into a file that its owner alone can read.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { approvalKeyFile, rotateApprovalKey } from '../auth/approval-keys.ts'
import { ClientStore } from '../auth/client-store.ts'
import { DENY_KINDS, type DenyKind, DenyList } from '../auth/deny-list.ts'
import { Issuer } from '../auth/issuer.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { EXIT, UsageError } from './exit-codes.ts'

const CODES = `Exit code: 0 done, ${EXIT.usage} wrong words, ${EXIT.failed} anything else.`
const DATA = ['--data <dir>', 'data folder of the gate'] as const
const SECRET = ['--secret <file>', 'where the new secret goes; only its owner can read it'] as const

interface Place {
  readonly data: string
}
interface ApprovalOptions extends Place {
  readonly venue: string
  readonly after: string
  readonly atOnce?: boolean
}
interface SecretPlace extends Place {
  readonly secret: string
}

export function register(program: Command): void {
  registerClient(program)
  registerRotate(program)
  registerDeny(program)
}

function registerClient(program: Command): void {
  const client = program.command('client').description('clients of the embedded issuer')
  told(client.command('add'), 'A gate that runs knows it from its next start on.')
    .description('register a client, which may then ask for tokens')
    .argument('<name>', 'name of the client, which is its session too')
    .requiredOption(...DATA)
    .requiredOption(...SECRET)
    .requiredOption('--duties <list>', 'duties that its tokens may carry at most, with commas')
    .action((name: string, { data, secret, duties }: SecretPlace & { readonly duties: string }) => {
      const clients = new ClientStore(secretsOf(data))
      if (clients.has(name)) throw new UsageError(`${name} is known: secrets rotate client gives a new secret`)
      giveSecret(clients, name, duties.split(','), secret)
      console.log(`${name} is registered; start the gate again, and give ${secret} to the client`)
    })
}

function registerRotate(program: Command): void {
  const rotate = program
    .command('secrets')
    .description('secrets of a gate')
    .command('rotate')
    .description('new for old')
  told(
    rotate.command('token-keys'),
    "Holds from the gate's next start on. Tokens of the key before it are good until they run out.",
  )
    .description('a new key for the tokens of the embedded issuer')
    .requiredOption(...DATA)
    .action(async ({ data }: Place) => {
      await Issuer.rotate(secretsOf(data))
      console.log('a new key is there; start the gate again')
    })
  told(
    rotate.command('approval'),
    'Gate and adapter take it while they run: the gate mints with it after --after seconds, by when the adapter must have the file; tokens of the key before it pass for a minute more.',
  )
    .description("a new key for the approval tokens of one venue's adapter")
    .requiredOption(...DATA)
    .option('--venue <name>', 'the venue; left out, the key for orders that leave the venue open', '')
    .option('--after <seconds>', 'when the gate begins to mint with it', '10')
    .option('--at-once', 'ends every other key now, as when one is known to somebody: what is on its way is refused')
    .action(({ data, venue, after, atOnce = false }: ApprovalOptions) => {
      const files = secretsOf(data)
      const file = approvalKeyFile(venue)
      if (!/^\d{1,6}$/.test(after)) throw new UsageError(`--after ${after}: it takes seconds`)
      if (files.read(file) === undefined) throw new UsageError(`there is no ${file}: the gate has met no such venue`)
      const nowUs = Date.now() * 1_000
      try {
        rotateApprovalKey(files, venue, nowUs, atOnce ? undefined : nowUs + Number(after) * 1_000_000)
      } catch (error) {
        throw error instanceof RangeError ? new UsageError(error.message) : error
      }
      console.log(
        atOnce
          ? `${file} is new; give it to the adapter`
          : `${file} has a new key; give it to the adapter within ${after} s`,
      )
    })
  told(
    rotate.command('client'),
    "The old secret ends at the gate's next start; tokens that were given stay good until they run out, or are denied.",
  )
    .description('a new secret for a client')
    .argument('<name>', 'name of the client')
    .requiredOption(...DATA)
    .requiredOption(...SECRET)
    .action((name: string, { data, secret }: SecretPlace) => {
      const clients = new ClientStore(secretsOf(data))
      const duties = clients.dutiesOf(name)
      if (duties === undefined) throw new UsageError(`no client is called ${name}`)
      giveSecret(clients, name, duties, secret)
      console.log(`${name} has a new secret; start the gate again, and give ${secret} to the client`)
    })
}

function registerDeny(program: Command): void {
  const changes = [
    ['deny', 'refuse tokens before they run out', 'denied'],
    ['allow', 'take a denial back', 'no longer denied'],
  ] as const
  for (const [name, description, done] of changes) {
    told(program.command(name), 'A gate that runs follows within a second.')
      .description(description)
      .argument('<value>', 'name of a client or person; jti of a token')
      .requiredOption(...DATA)
      .addOption(new Option('--kind <kind>', 'what is named').choices(DENY_KINDS).default('subject'))
      .action((value: string, { data, kind }: Place & { readonly kind: DenyKind }) => {
        new DenyList(secretsOf(data))[name](kind, value)
        console.log(`${kind} ${value} is ${done}`)
      })
  }
}

/** A command whose help ends with when it holds, and the exit codes. */
function told(command: Command, when: string): Command {
  return command.addHelpText('after', `\n${when}\n\n${CODES}`)
}

/** A folder that nobody has used would be made, and the change go nowhere. */
function secretsOf(data: string): SecretFiles {
  const folder = join(data, 'secrets')
  if (!existsSync(folder)) throw new UsageError(`--data ${data}: there is no ${folder}`)
  return new SecretFiles(folder)
}

/** The file first: a secret that nobody could read would lock the client out. */
function giveSecret(clients: ClientStore, name: string, duties: readonly string[], file: string): void {
  if (existsSync(file)) throw new UsageError(`${file} exists: a secret is not written over`)
  writeFileSync(file, '', { mode: 0o600, flag: 'wx' })
  try {
    writeFileSync(file, `${clients.register(name, duties)}\n`, { flush: true })
  } catch (error) {
    rmSync(file)
    throw error instanceof RangeError ? new UsageError(error.message) : error
  }
}
