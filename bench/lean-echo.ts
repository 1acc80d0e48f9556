/**
 * The yardstick: bare sockets that answer each message of a frame with so many bytes as a decision of the gate has.
 * `node lean-echo.js BYTES_OF_A_DECISION`
 */
import { type AddressInfo, createServer } from 'node:net'
import { FrameCutter, frameOf } from '../src/wire/frames.ts'
import { messagesIn, responseOf } from './grpc-batch.ts'

const decisionBytes = Number(process.argv[2])
const server = createServer({ noDelay: true }, (socket) => {
  const cutter = new FrameCutter()
  socket.on('data', (chunk: Buffer) => {
    cutter.cut(chunk, (frame) => socket.write(frameOf(responseOf(messagesIn(frame), decisionBytes))))
  })
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ lean: `127.0.0.1:${port}`, tokens: ['x', 'x', 'x', 'x'] })
})
process.once('SIGTERM', () => process.exit(0))
