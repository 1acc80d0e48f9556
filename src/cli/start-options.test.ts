/** What `npm start` is told: refused before anything starts, and what a start then says of a fault. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DirectoryLocked } from '../journal/name-lock.ts'
import { startFault } from './start-fault.ts'
import { readStartOptions, WrongOption } from './start-options.ts'

test('a start without options is the demo', () => {
  const options = readStartOptions([])
  assert.ok(options !== 'help')
  assert.match(options.data, /data.demo$/)
  assert.deepEqual(
    { ...options, data: '' },
    {
      data: '',
      port: 8080,
      controlPort: 8081,
      sessionPort: 8082,
      grpcPort: 8083,
      durability: 'fsync',
      gateOnly: false,
      scenario: undefined,
      snapshotMinutes: 15,
    },
  )
  assert.equal(readStartOptions(['--help']), 'help')
})

const file = fileURLToPath(import.meta.url)
const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [['--scenario', 'earthquake'], /^--scenario: earthquake is none \(runaway, /],
  [['--scenario', 'runaway', '--gate-only'], /^--scenario: there is no floor/],
  [['--port', 'abc'], /^--port: abc is no port \(0 to 65535\)$/],
  [['--port', '65536'], /^--port: 65536 is no port/],
  [['--port', ''], /^--port: nothing is no port/],
  [['--port', '0x10'], /^--port: 0x10 is no port/],
  [['--control-port', 'x'], /^--control-port: x is no port/],
  [['--port', '9000', '--control-port', '9000'], /^--control-port: 9000 is the port of the gate$/],
  [['--session-port', 'x'], /^--session-port: x is no port/],
  [['--session-port', '8081'], /^--session-port: 8081 is another listener's port$/],
  [['--grpc-port', 'x'], /^--grpc-port: x is no port/],
  [['--grpc-port', '8082'], /^--grpc-port: 8082 is another listener's port$/],
  [['--durability', 'none'], /^--durability: none is no mode \(fsync, os\)$/],
  [['--snapshot-minutes', 'often'], /^--snapshot-minutes: often is no number of minutes$/],
  [['--snapshot-minutes', '-1'], /--snapshot-minutes/],
  [['--data', file], /^--data: .* is a file, and a folder is needed$/],
  [['--data', ''], /^--data: the name of a folder is missing$/],
  [['--prot', '1'], /--prot/],
  [['extra'], /extra/],
]
for (const [args, message] of wrong) {
  test(`refused: ${args.join(' ').replace(file, 'a file')}`, () => {
    assert.throws(
      () => readStartOptions(args),
      (error) => error instanceof WrongOption && message.test(error.message),
    )
  })
}

test('port 0 and the last port are ports', () => {
  for (const port of ['0', '65535']) {
    const options = readStartOptions(['--port', port])
    assert.ok(options !== 'help')
    const { controlPort, sessionPort, grpcPort } = options
    assert.deepEqual([options.port, controlPort, sessionPort, grpcPort], [Number(port), 0, 0, 0])
  }
})

test('a fault that a person must mend says how', () => {
  const system = (fields: object) => Object.assign(new Error('raw words'), fields)
  assert.equal(
    startFault(system({ code: 'EADDRINUSE', syscall: 'listen' }), 8080),
    'port 8080 is taken; for any that is free: npm start -- --port 0',
  )
  assert.match(startFault(system({ code: 'EACCES', syscall: 'listen' }), 80) ?? '', /^port 80 needs more rights/)
  assert.match(startFault(new DirectoryLocked('D', 'process 7'), 0) ?? '', /process 7\).*--data DIR/)
  assert.equal(startFault(new Error('anything else'), 0), undefined)
})
