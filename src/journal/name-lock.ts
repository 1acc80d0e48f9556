/**
 * The kernel's share of the lock: a name that it gives to one process at a time and takes back when that process ends,
 * however it ends. On Linux a socket in the abstract namespace, on Windows a named pipe, on macOS and BSD an open flag.
 * So there is no stale name to judge, and no process id that another may wear by now.
 *
 * The name holds device and inode of the folder: every path to the folder leads to the same one. On Linux a name is known
 * inside one network namespace only; what keeps containers apart stands in owner-file.ts.
 */
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'

export interface NameLock {
  /** The same for everybody who reaches the folder through the same mounted file system. */
  readonly name: string
  release(): Promise<void>
}

export class DirectoryLocked extends Error {
  /** Who holds it, in words. */
  readonly holder: string

  constructor(directory: string, holder: string) {
    super(`${directory} is in use by another gate (${holder})`)
    this.name = 'DirectoryLocked'
    this.holder = holder
  }
}

/** O_EXLOCK of macOS and BSD, which Node does not name: the open fails where another process holds the file so. */
const EXCLUSIVE_LOCK = 0x20
/** How long a holder has to say who it is; the answer only makes the message better. */
const ANSWER_MS = 500

/** Takes the folder's name. Throws DirectoryLocked where another process, or this one, has it. */
export async function takeName(directory: string): Promise<NameLock> {
  if (process.platform !== 'linux' && process.platform !== 'win32') return lockByFlag(directory)
  const { dev, ino } = statSync(directory, { bigint: true })
  const name = `portcullis-${dev.toString(36)}-${ino.toString(36)}`
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(`process ${process.pid}`)
  })
  try {
    await listen(server, address)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    throw new DirectoryLocked(directory, await holderOf(address))
  }
  server.unref()
  return { name, release: () => new Promise((settle) => server.close(() => settle())) }
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((settle, fail) => {
    server.once('error', fail)
    server.listen(address, () => settle())
  })
}

function holderOf(address: string): Promise<string> {
  return new Promise((settle) => {
    let answer = ''
    const socket = connect(address)
    const done = () => {
      socket.destroy()
      settle(answer === '' ? 'which does not say who it is' : answer)
    }
    socket.setTimeout(ANSWER_MS, done)
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1').slice(0, 40)
    })
    socket.on('end', done)
    socket.on('error', done)
  })
}

function lockByFlag(directory: string): NameLock {
  const path = join(directory, 'lock')
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | EXCLUSIVE_LOCK
  let fd: number
  try {
    fd = openSync(path, flags, 0o600)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EAGAIN' && code !== 'EWOULDBLOCK') throw cause
    throw new DirectoryLocked(directory, `its file ${path} is locked`)
  }
  return { name: path, release: async () => closeSync(fd) }
}
