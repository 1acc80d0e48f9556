/**
 * `portcullis import`: a file of limits, reference data or positions as one proposal that a second officer approves. Without
 * --propose it is only looked at: by itself, and beside what the gate has where --url names one.
 */
import { readFileSync } from 'node:fs'
import { Argument, type Command } from 'commander'
import { AUDIENCE } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { EXIT, UsageError } from './exit-codes.ts'
import { formatOf, type ImportRow, readImport } from './import/import-file.ts'
import { IMPORT_KINDS, type ImportKind } from './import/import-kinds.ts'
import { PersonClient } from './import/person-client.ts'
import { type Change, changesOf, countsOf } from './import/preview.ts'
import { propose } from './import/propose.ts'

interface ImportOptions {
  readonly url?: string
  readonly key?: string
  readonly propose?: string
}

const NOT_READABLE = 'parameters and reference data are not compared: the gate cannot be asked for them yet'

export function register(program: Command): void {
  program
    .command('import')
    .description('look at a file of limits, reference data or positions, and propose it')
    .addArgument(new Argument('<kind>', 'what is in it').choices(IMPORT_KINDS))
    .argument('<file>', 'CSV or YAML, by the end of its name')
    .option('--url <url>', 'a gate to compare it with; NODE_EXTRA_CA_CERTS names a certificate of your own')
    .option('--key <file>', 'key file of the person who asks and proposes')
    .option('--propose <reason>', 'make it one proposal at the gate, which another person approves')
    .addHelpText(
      'after',
      `
CSV begins with a line of field names: those of the gate's routes (GET /openapi.json), and for reference data and
parameters a column path, such as instruments. YAML has rows in lists under the names of the routes.
A file with a fault is not imported at all.

Exit code: 0 looked at, or proposed; 1 faults in the file, each with its line;
           ${EXIT.usage} wrong words, ${EXIT.failed} anything else.`,
    )
    .action(run)
}

async function run(kind: ImportKind, file: string, options: ImportOptions): Promise<void> {
  const { url, key, propose: reason } = options
  if ((url === undefined) !== (key === undefined)) throw new UsageError('--url and --key need each other')
  if (reason !== undefined && url === undefined) throw new UsageError('--propose needs --url and --key')
  const format = formatOf(file)
  if (format === undefined) throw new UsageError(`${file}: a name that ends with .csv, .yaml or .yml`)
  const { rows, faults } = readImport(kind, sourceOf(file), format)
  if (faults.length > 0) {
    for (const { line, text } of faults) console.error(`${file}:${line}: ${text}`)
    console.error(`${file}: ${faults.length} fault(s); nothing of it is imported`)
    process.exitCode = EXIT.disagrees
    return
  }
  console.log(`${file}: ${rows.length} rows: ${countsOf(rows)}`)
  if (url === undefined || key === undefined) {
    console.log('nothing was sent; --url and --key compare it with a gate, --propose proposes it')
    return
  }
  const signer = readPersonKey(key)
  const client = new PersonClient(url, () => signPersonToken(signer, { audience: AUDIENCE }))
  await compare(client, rows)
  if (reason === undefined) return console.log('nothing was sent; --propose proposes it')
  const { id, contentHash } = await propose(client, rows, reason)
  console.log(`proposal ${id} waits for another person than ${signer.name}, content hash ${contentHash}:`)
  console.log(`portcullis proposal show ${id} --url ${url} --key FILE, then approve ${id} --hash ${contentHash}`)
}

async function compare(client: PersonClient, rows: readonly ImportRow[]): Promise<void> {
  const changes = changesOf(rows, await client.standing())
  for (const { sign, text } of changes) if (sign !== '=') console.log(`${sign} ${text}`)
  const count = (of: Change['sign']) => changes.filter(({ sign }) => sign === of).length
  console.log(`${count('+')} new, ${count('~')} changed, ${count('-')} taken away, ${count('=')} as they are`)
  if (changes.length < rows.length) console.log(`${rows.length - changes.length} rows: ${NOT_READABLE}`)
}

function sourceOf(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(code === 'ENOENT' ? `${file}: there is no such file` : message)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UsageError(`${file}: this is not UTF-8`)
  }
}
