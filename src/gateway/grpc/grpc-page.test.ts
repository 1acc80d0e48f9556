/** The clients on the page of gRPC print what the page says, against a real gate. */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { repositoryRoot } from '../../tidy/repository-root.ts'

const root = repositoryRoot()
const page = readFileSync(join(root, 'docs/reference/grpc.md'), 'utf8')
/** A program of the page, and what stands behind it. */
const example = (language: string) => {
  const [, program, output] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\`\n\n\`\`\`\n(.*?)\`\`\``, 's').exec(page) ?? []
  assert.ok(program !== undefined && output !== undefined, language)
  return { program, output }
}

describe('the page of gRPC', () => {
  let world: GrpcGate
  let folder: string

  before(async () => {
    world = await GrpcGate.start()
    folder = mkdtempSync(join(tmpdir(), 'grpc-page-'))
    for (const name of ['proto', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await world.close()
  })

  async function output(program: string, ...args: readonly string[]): Promise<string> {
    const env = {
      ...process.env,
      GATE: world.grpc.address,
      TOKEN: world.token('ems-1'),
      PYTHONPATH: join(folder, 'made'),
    }
    return (await promisify(execFile)(program, args, { cwd: folder, env })).stdout
  }

  test('its Node client, from the .proto files alone', async () => {
    const { program, output: expected } = example('js')
    writeFileSync(join(folder, 'client.mjs'), program)
    assert.equal(await output(process.execPath, 'client.mjs'), expected)
  })

  const python = process.env.PYTHON ?? 'python3'
  const skip = hasGrpc(python) ? false : 'needs Python with grpcio-tools: PYTHON names the interpreter'
  test('its Python client, from the .proto files alone', { skip }, async () => {
    const { program, output: expected } = example('python')
    writeFileSync(join(folder, 'client.py'), program)
    mkdirSync(join(folder, 'made'))
    const files = ['decisions', 'gate_service', 'orders', 'session'].map((name) => `proto/portcullis/v1/${name}.proto`)
    await output(
      python,
      '-m',
      'grpc_tools.protoc',
      '-I',
      'proto',
      '--python_out=made',
      '--grpc_python_out=made',
      ...files,
    )
    assert.equal(await output(python, 'client.py'), expected)
  })
})

function hasGrpc(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import grpc, grpc_tools'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
