/** `portcullis proposal`: what waits for a second person, what is in it, and that person's yes or no. */
import type { Command } from 'commander'
import { AUDIENCE } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { EXIT, UsageError } from './exit-codes.ts'
import { PersonClient } from './import/person-client.ts'
import { done } from './import/propose.ts'

interface Where {
  readonly url: string
  readonly key: string
}

interface Shown {
  readonly proposal: number
  readonly state: string
  readonly title: string
  readonly maker?: string
  readonly checker?: string
  readonly lines: number
  readonly contentHash: string
  readonly applied: number
  readonly refused: number
  readonly refusals: readonly { readonly line: number; readonly reason: { readonly text: string } }[]
  readonly content?: readonly ShownLine[]
}

interface ShownLine {
  readonly line: number
  readonly command?: string
  readonly sets?: object
  readonly now?: object
}

const CODES = `
Exit code: 0 done, 1 carried out, and some of its lines were refused; ${EXIT.usage} wrong words,
           ${EXIT.failed} refused by the gate, or anything else.`
/** How often an approved proposal is asked for, while the gate carries its lines out. */
const ASK_MS = 100

export function register(program: Command): void {
  const proposal = program.command('proposal').description('what takes two people')
  const at = (command: Command) =>
    command
      .requiredOption('--url <url>', 'the gate; NODE_EXTRA_CA_CERTS names a certificate of your own')
      .requiredOption('--key <file>', 'key file of the person who asks')
      .addHelpText('after', CODES)
  at(proposal.command('list').description('what waits, and what has ended lately')).action(list)
  at(proposal.command('show').description('a proposal, line by line, with what holds now').argument('<id>')).action(
    show,
  )
  at(
    proposal
      .command('approve')
      .description('approve what another person has proposed, as `show` has shown it')
      .argument('<id>')
      .requiredOption('--hash <hash>', 'its content hash, as `show` prints it: nothing else is approved'),
  ).action(approve)
  at(
    proposal
      .command('reject')
      .description('reject a proposal, or withdraw your own')
      .argument('<id>')
      .requiredOption('--reason <text>', 'why'),
  ).action(reject)
}

async function list(where: Where): Promise<void> {
  const { proposals } = (await clientOf(where).send('GET', '/proposals')) as { readonly proposals: readonly Shown[] }
  for (const one of proposals) console.log(headOf(one))
}

async function show(id: string, where: Where): Promise<void> {
  const client = clientOf(where)
  const first = await shown(client, id)
  console.log(headOf(first))
  let part = first.content ?? []
  while (part.length > 0) {
    for (const { line, command, sets, now } of part) {
      const before = now === undefined ? '' : `, now ${JSON.stringify(now)}`
      console.log(`${line} ${command} ${JSON.stringify(sets)}${before}`)
    }
    part = (await shown(client, id, (part.at(-1)?.line ?? 0) + 1)).content ?? []
  }
  console.log(`content hash ${first.contentHash}`)
}

async function approve(id: string, { hash, ...where }: Where & { readonly hash: string }): Promise<void> {
  const client = clientOf(where)
  done(await client.send('POST', `${pathOf(id)}/approve`, { contentHash: hash }), `proposal ${id}`)
  let now = await shown(client, id)
  while (now.state === 'APPLYING') {
    await new Promise((settle) => setTimeout(settle, ASK_MS))
    now = await shown(client, id)
  }
  console.log(headOf(now))
  for (const { line, reason } of now.refusals) console.error(`line ${line}: ${reason.text}`)
  if (now.refused > 0) process.exitCode = EXIT.disagrees
}

async function reject(id: string, { reason, ...where }: Where & { readonly reason: string }): Promise<void> {
  const { state } = done(await clientOf(where).send('POST', `${pathOf(id)}/reject`, { reason }), `proposal ${id}`)
  console.log(`proposal ${id} is ${state}`)
}

function clientOf({ url, key }: Where): PersonClient {
  const signer = readPersonKey(key)
  return new PersonClient(url, () => signPersonToken(signer, { audience: AUDIENCE }))
}

async function shown(client: PersonClient, id: string, from = 0): Promise<Shown> {
  return (await client.send('GET', `${pathOf(id)}?from=${from}`)) as Shown
}

function pathOf(id: string): string {
  if (!/^\d+$/.test(id)) throw new UsageError(`${id} is no number of a proposal`)
  return `/proposals/${id}`
}

function headOf({ proposal, state, title, maker, checker, lines, applied, refused }: Shown): string {
  const people = `by ${maker}${checker === undefined ? '' : `, ${checker}`}`
  const outcome = applied === 0 ? '' : `, ${applied - refused} took effect, ${refused} were refused`
  return `proposal ${proposal} ${state} ${people}: ${title}: ${lines} lines${outcome}`
}
