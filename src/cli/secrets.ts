/**
 * `portcullis client`, `secrets` and `deny`: who may ask for tokens, new keys for old ones, and tokens that end before their
 * time. No secret is ever printed: what somebody must have goes into a file that its owner alone can read.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { approvalKeyFile, rotateApprovalKey } from '../auth/approval-keys.ts'
import { checkSubject, type RegisteredCertificate, readCertificate } from '../auth/client-certificate.ts'
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
  told(client.command('add'), 'A gate that runs knows it within a second.')
    .description(
      'register a client, which may then ask for tokens: a machine, or a program that people sign in through',
    )
    .argument('<name>', 'name of the client, which is the session of a machine too')
    .requiredOption(...DATA)
    .requiredOption('--duties <list>', 'duties that its tokens may carry at most, with commas')
    .option('--secret <file>', 'a machine with a secret: where it goes; only its owner can read it')
    .option('--certificate <file>', 'a machine with this very certificate, PEM')
    .option('--certificate-subject <name>', 'a machine with any certificate of this subject: CN=ems-1,O=Acme')
    .option(
      '--public',
      'a program that people sign in through: it has no secret, and the duties are those of their tokens',
    )
    .option('--redirect-uri <uri...>', 'where people come back to with a code, to the letter; needs --public')
    .action(runClientAdd)
}

interface ClientAdd extends Place {
  readonly duties: string
  readonly secret?: string
  readonly certificate?: string
  readonly certificateSubject?: string
  readonly public?: true
  readonly redirectUri?: readonly string[]
}

function runClientAdd(name: string, options: ClientAdd): void {
  const { data, secret, certificate, certificateSubject, redirectUri } = options
  const ways = [secret, certificate, certificateSubject, options.public].filter((way) => way !== undefined)
  if (ways.length !== 1)
    throw new UsageError('say --secret, --certificate, --certificate-subject or --public, one of them')
  if ((options.public === undefined) !== (redirectUri === undefined)) {
    throw new UsageError('--public and --redirect-uri go together')
  }
  const clients = new ClientStore(secretsOf(data))
  if (clients.has(name)) throw new UsageError(`${name} is known: secrets rotate client gives a new secret`)
  const duties = options.duties.split(',')
  if (secret !== undefined) {
    giveSecret(clients, name, duties, secret)
    console.log(`${name} is registered; give ${secret} to the client`)
    return
  }
  usage(() => {
    if (redirectUri !== undefined) clients.registerPublic(name, duties, redirectUri)
    else clients.registerCertificate(name, duties, registeredCertificate(certificate, certificateSubject))
  })
  console.log(`${name} is registered; a gate that runs knows it within a second`)
}

function registeredCertificate(file: string | undefined, subject: string | undefined): RegisteredCertificate {
  if (file === undefined) return { subject: checkSubject(subject ?? '') }
  if (!existsSync(file)) throw new UsageError(`--certificate ${file}: there is no such file`)
  return { thumbprint: readCertificate(readFileSync(file, 'utf8')).thumbprint }
}

function registerRotate(program: Command): void {
  const rotate = program
    .command('secrets')
    .description('secrets of a gate')
    .command('rotate')
    .description('new for old')
  told(
    rotate.command('token-keys'),
    'A gate that runs follows within a second. Tokens of the key before it are good until they run out.',
  )
    .description('a new key for the tokens of the embedded issuer')
    .requiredOption(...DATA)
    .option('--at-once', 'somebody may have seen a key: those before end now, and every token of theirs')
    .action(async ({ data, atOnce }: Place & { readonly atOnce?: true }) => {
      await Issuer.rotate(secretsOf(data), atOnce === true).catch(asUsage)
      console.log('a new key is there; a gate that runs signs with it within a second')
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
    'The old secret ends within a second in a gate that runs; tokens that were given stay good until they run out, or are denied.',
  )
    .description('a new secret for a client')
    .argument('<name>', 'name of the client')
    .requiredOption(...DATA)
    .requiredOption(...SECRET)
    .action((name: string, { data, secret }: SecretPlace) => {
      const clients = new ClientStore(secretsOf(data))
      const duties = clients.dutiesOf(name)
      if (duties === undefined) throw new UsageError(`no client is called ${name}`)
      if (!clients.hasSecret(name)) throw new UsageError(`${name} has no secret`)
      giveSecret(clients, name, duties, secret)
      console.log(`${name} has a new secret, and the old one ends within a second; give ${secret} to the client`)
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
    return asUsage(error)
  }
}

/** What a value's own check refuses is a wrong word of the command. */
function usage(act: () => void): void {
  try {
    act()
  } catch (error) {
    asUsage(error)
  }
}

function asUsage(error: unknown): never {
  throw error instanceof RangeError ? new UsageError(error.message) : error
}
