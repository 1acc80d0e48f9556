/** `portcullis person`: keys of people, their registration with a gate, and the tokens that they sign. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { dutyBits } from '../auth/duties.ts'
import { AUDIENCE } from '../auth/issuer.ts'
import {
  makePersonKey,
  PERSON_LIFE_SECONDS,
  People,
  publicKeyOf,
  readPersonKey,
  readPublicKey,
  signPersonToken,
  writePersonKey,
} from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { signProof } from '../auth/sign-in-proof.ts'
import { OFFICER_DUTIES } from '../model/vocabulary.ts'
import { EXIT, UsageError } from './exit-codes.ts'

const CODES = `\nExit code: 0 done, ${EXIT.usage} wrong words, ${EXIT.failed} anything else.`

interface AddOptions {
  readonly data: string
  readonly key?: string
  readonly public?: string
  readonly duties: readonly string[]
  readonly replace?: true
}

interface TokenOptions {
  readonly key: string
  readonly minutes: number
  readonly duties?: readonly string[]
}

export function register(program: Command): void {
  const person = program.command('person').description('keys and tokens of people')
  person
    .command('key')
    .description('make a key file for a person, on the machine where that person works; print its public half')
    .argument('<name>', 'name of the person')
    .requiredOption('--key <file>', 'where the key goes; nobody else may ever have it')
    .addHelpText('after', CODES)
    .action(async (name: string, { key }: { readonly key: string }) => {
      const made = await usage(() => makePersonKey(name))
      writePersonKey(key, made)
      console.log(JSON.stringify(publicKeyOf(made)))
    })
  person
    .command('add')
    .description('register the public key of a person with a gate')
    .argument('<name>', 'name of the person')
    .requiredOption('--data <dir>', 'data folder of the gate')
    .option('--key <file>', 'make the key here too, and put it into this file')
    .option('--public <file>', 'public half of a key that the person has made, as `person key` prints it')
    .option('--duties <list>', 'duties that the tokens may carry at most, with commas', words, [...OFFICER_DUTIES])
    .option('--replace', 'give a known person another key')
    .addHelpText(
      'after',
      `
What a person may do stands in the journal: the two officers of the
configuration are in its first record, everybody else comes by a proposal that two people carry.
${CODES}`,
    )
    .action(runAdd)
  person
    .command('sign-in')
    .description('sign the challenge of a sign-in page with the key of a person, and print what that page asks for')
    .argument('<challenge>', 'as the page shows it')
    .requiredOption('--key <file>', 'key file of the person')
    .addHelpText('after', `\nWhat is printed is good for that page, once, for five minutes.\n${CODES}`)
    .action(async (challenge: string, { key }: { readonly key: string }) => {
      console.log(await usage(() => signProof(readPersonKey(key), challenge)))
    })
  person
    .command('token')
    .description('sign an access token with the key of a person, and print it')
    .requiredOption('--key <file>', 'key file of the person')
    .option('--minutes <n>', 'how long it lives', minutes, PERSON_LIFE_SECONDS / 60)
    .option('--duties <list>', 'only these duties, with commas', words)
    .addHelpText('after', CODES)
    .action(runToken)
}

async function runAdd(name: string, options: AddOptions): Promise<void> {
  const { data, key, public: publicFile, duties, replace } = options
  if ((key === undefined) === (publicFile === undefined)) throw new UsageError('say --key or --public, one of them')
  await usage(async () => dutyBits(duties))
  const people = await People.open(new SecretFiles(join(data, 'secrets')))
  if (people.has(name) && replace !== true) {
    throw new UsageError(`${name} has a key at this gate; --replace gives another one`)
  }
  if (publicFile !== undefined) {
    const known = await readPublicKey(publicFile)
    await usage(() => people.register(name, known, duties))
  } else {
    const file = key as string
    if (existsSync(file)) throw new UsageError(`${file} exists: a key is not overwritten`)
    const made = await usage(() => makePersonKey(name))
    writePersonKey(file, made)
    await usage(() => people.register(name, publicKeyOf(made), duties))
  }
  console.log(`${name} is registered with the gate in ${data}; a gate that runs knows it within a second`)
}

async function runToken({ key, minutes: life, duties }: TokenOptions): Promise<void> {
  const signer = readPersonKey(key)
  const asked = duties === undefined ? {} : { duties: await usage(async () => dutyBits(duties)) }
  console.log(await signPersonToken(signer, { audience: AUDIENCE, lifeSeconds: life * 60, ...asked }))
}

/** What a value's own check refuses is a wrong word of the command. */
async function usage<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error
  }
}

function words(text: string): string[] {
  return text.split(',').map((word) => word.trim())
}

function minutes(text: string): number {
  const most = PERSON_LIFE_SECONDS / 60
  if (!/^\d{1,2}$/.test(text) || Number(text) < 1 || Number(text) > most) {
    throw new InvalidArgumentError(`1 to ${most} minutes`)
  }
  return Number(text)
}
