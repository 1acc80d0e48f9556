/**
 * `proto/portcullis/v1/orders.proto`, made of the forms that every wire shares. A field keeps the number that the file
 * gives it; a new one gets the next, and one that is gone stays reserved.
 */
import type { Form, FormField } from '../../model/parse/form.ts'
import { SESSION_COMMANDS } from '../../wire/session-commands.ts'

export const ORDERS_PROTO = 'proto/portcullis/v1/orders.proto'

const HEAD = `// Commands that a session carries. Generated from the forms that every wire shares by \`npm run reference\`; the numbers
// are those that stand here. Numbers are decimals as text, times UTC as 2026-11-21T14:30:00.123456Z.
syntax = "proto3";

package portcullis.v1;
`

/** @param standing the file as it is: where its numbers come from */
export function ordersProto(standing: string): string {
  return `${HEAD}${Object.values<Form>(SESSION_COMMANDS)
    .map((one) => `\n${message(one, numbersIn(standing, one.name))}`)
    .join('')}`
}

/** Number by json name, and the numbers that are reserved, of a message as the file has it. */
interface Numbers {
  readonly fields: ReadonlyMap<string, number>
  readonly reserved: readonly number[]
}

function numbersIn(proto: string, name: string): Numbers {
  const body = new RegExp(`^message ${name} \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(proto)?.[1] ?? ''
  const fields = [...body.matchAll(/ = (\d+) \[json_name = "(\w+)"\];/g)].map(
    ([, number, field]) => [field as string, Number(number)] as const,
  )
  const reserved = [...body.matchAll(/^ {2}reserved (\d+);/gm)].map((match) => Number(match[1]))
  return { fields: new Map(fields), reserved }
}

function message({ name, doc, fields }: Form, numbers: Numbers): string {
  const gone = [...numbers.fields].filter(([field]) => !fields.some((one) => one.name === field))
  const reserved = [...numbers.reserved, ...gone.map(([, number]) => number)].sort((a, b) => a - b)
  let last = Math.max(0, ...numbers.fields.values(), ...reserved)
  const lines = fields.map((field) => line(field, numbers.fields.get(field.name) ?? ++last))
  const head = reserved.map((number) => `  reserved ${number};\n`).join('')
  return `${comment('', doc)}message ${name} {\n${head}${lines.join('')}}\n`
}

function line({ name, kind, doc, required, values, unit }: FormField, number: number): string {
  const type = kind === 'flag' ? 'optional bool' : kind.endsWith('s') ? 'repeated string' : 'optional string'
  const set = values === undefined ? '' : ` One of ${values.join(', ')}.`
  const said = `${required ? 'Required. ' : ''}${doc}${set}${unit === undefined ? '' : ` Unit: ${unit}.`}`
  return `${comment('  ', said)}  ${type} ${snake(name)} = ${number} [json_name = "${name}"];\n`
}

/** `clOrdID` is `cl_ord_id`. */
export function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

function comment(indent: string, text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${indent}// ${last} ${word}`.length <= 120) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((one) => `${indent}// ${one}\n`).join('')
}
