/**
 * The yardstick: grpc-js alone, on its own listener, that answers so many bytes as the gate does: to a call, and to each message of a
 * batch. `node grpc-echo.js BYTES_OF_AN_ANSWER BYTES_OF_A_DECISION`
 */
import { type handleBidiStreamingCall, type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js'
import { CHECK_ORDER, ORDER_SESSION } from '../src/simulator/grpc-client.ts'
import { messagesIn, responseOf } from './grpc-batch.ts'

const [answerBytes = 0, decisionBytes = 0] = process.argv.slice(2).map(Number)
const asIs = (bytes: Buffer) => bytes
const answer = Buffer.alloc(answerBytes)
const unary: handleUnaryCall<Buffer, Buffer> = (_call, reply) => reply(null, answer)
const session: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
  call.on('data', (request: Buffer) => call.write(responseOf(messagesIn(request), decisionBytes)))
  call.on('end', () => call.end())
}

const server = new Server({ 'grpc.enable_channelz': 0 })
server.register(CHECK_ORDER, unary, asIs, asIs, 'unary')
server.register(ORDER_SESSION, session, asIs, asIs, 'bidi')
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error
  process.send?.({ url: '', headers: {}, address: `127.0.0.1:${port}`, tokens: ['x', 'x', 'x', 'x'] })
})
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.once('SIGTERM', () => process.exit(0))
