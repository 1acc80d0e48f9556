/** The yardstick: Fastify that validates the order by its JSON Schema and answers with the same body by a schema. */
import Fastify from 'fastify'
import type { FormField } from '../src/model/parse/form.ts'
import { ORDER_FORM } from '../src/model/parse/new-order.ts'

const properties = Object.fromEntries(
  ORDER_FORM.fields.map((field: FormField) => [
    field.name,
    { type: 'string', ...(field.values === undefined ? { maxLength: field.most ?? 42 } : { enum: field.values }) },
  ]),
)
const required = ORDER_FORM.fields.filter((field) => field.required).map((field) => field.name)
const schema = { type: 'object', additionalProperties: false, required, properties }

const app = Fastify({ logger: false })
app.post('/orders', { schema: { body: schema, response: { 200: schema } } }, async (request) => request.body)
const url = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.({ url, headers: {} })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.once('SIGTERM', () => process.exit(0))
