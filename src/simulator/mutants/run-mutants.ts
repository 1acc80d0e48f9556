/**
 * Makes the mistakes of mutants.ts one at a time, in a copy of the sources, and runs the tests that should notice. Exit code
 * 1 where one lives, does not build or does not apply.
 *
 *   npm run mutants                 all of them
 *   npm run mutants -- 3 kill       the third, and those with "kill" in their name or file
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'

const COPIED = ['src', 'bench', 'dist', 'tsconfig', 'tsconfig.json', 'tsconfig.base.json', 'package.json', 'testdata']
const COMPILER = join('node_modules', 'typescript', 'bin', 'tsc')

interface Outcome {
  readonly isKilled: boolean
  readonly words: string
}

/** A copy of the project that one mutant after another is built in. */
class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'portcullis-mutants-'))

  constructor(root: string) {
    for (const name of COPIED) {
      cpSync(join(root, name), join(this.#folder, name), { recursive: true, preserveTimestamps: true })
    }
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Runs test files as they are: all must pass before any mistake is made. */
  async baseline(tests: readonly string[]): Promise<string | undefined> {
    const built = await this.#run([COMPILER, '-b'])
    if (built.code !== 0) return built.text
    const tested = await this.#test(tests)
    return tested.code === 0 ? undefined : tested.text
  }

  async judge(mutant: Mutant): Promise<Outcome> {
    const path = join(this.#folder, 'src', mutant.file)
    const source = readFileSync(path, 'utf8')
    if (source.split(mutant.from).length !== 2) {
      return { isKilled: false, words: `its line does not stand exactly once in ${mutant.file}` }
    }
    writeFileSync(
      path,
      source.replace(mutant.from, () => mutant.to),
    )
    try {
      const built = await this.#run([COMPILER, '-b'])
      // An import that is not used any more stops nobody: the files are written all the same.
      if (/error TS(?!6133|6192)/.test(built.text))
        return { isKilled: false, words: `it does not build\n${built.text}` }
      const tested = await this.#test(mutant.by)
      if (tested.code === 0) return { isKilled: false, words: `${mutant.by.join(', ')} passed` }
      return { isKilled: true, words: failedTest(tested.text) }
    } finally {
      writeFileSync(path, source)
    }
  }

  #test(tests: readonly string[]) {
    const files = tests.map((name) => join('dist', 'src', `${name}.js`))
    return this.#run(['--test', '--test-concurrency=1', '--test-reporter=tap', ...files])
  }

  #run(args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    return new Promise((settle, fail) => {
      const child = spawn(process.execPath, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] })
      let text = ''
      const take = (chunk: Buffer) => {
        text += chunk.toString()
      }
      child.stdout.on('data', take)
      child.stderr.on('data', take)
      child.once('error', fail)
      child.once('close', (code) => settle({ code: code ?? 1, text }))
    })
  }
}

/** Name of the first test that failed, which is not a file. */
function failedTest(tap: string): string {
  const names = [...tap.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((match) => match[1] ?? '')
  return names.find((name) => !name.endsWith('.js')) ?? names[0] ?? 'the test process failed'
}

function chosen(words: readonly string[]): readonly (readonly [number, Mutant])[] {
  const all = MUTANTS.map((mutant, at) => [at + 1, mutant] as const)
  if (words.length === 0) return all
  return all.filter(([number, { name, file }]) =>
    words.some((word) => word === String(number) || (!/^\d+$/.test(word) && `${name} ${file}`.includes(word))),
  )
}

async function main(words: readonly string[]): Promise<number> {
  const mutants = chosen(words)
  if (mutants.length === 0) {
    console.error(`portcullis: no mutant is called ${words.join(', ')}; there are ${MUTANTS.length}`)
    return 2
  }
  const workshops = Array.from(
    { length: Math.min(availableParallelism(), mutants.length) },
    () => new Workshop(resolve('.')),
  )
  try {
    const tests = [...new Set(mutants.flatMap(([, { by }]) => by))]
    console.log(`portcullis: ${mutants.length} mutants; ${tests.length} test files must pass without them`)
    const failed = await workshops[0]?.baseline(tests)
    if (failed !== undefined) {
      console.error(failed)
      return 1
    }
    const waiting = [...mutants]
    let lives = 0
    await Promise.all(
      workshops.map(async (workshop) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [number, mutant] = next
          const { isKilled, words } = await workshop.judge(mutant)
          if (!isKilled) lives++
          console.log(
            `${isKilled ? 'killed' : 'LIVES '} ${String(number).padStart(2)}  ${mutant.name}\n           ${words}`,
          )
        }
      }),
    )
    console.log(`portcullis: ${mutants.length - lives} of ${mutants.length} mutants killed`)
    return lives === 0 ? 0 : 1
  } finally {
    for (const workshop of workshops) workshop.remove()
  }
}

process.exitCode = await main(process.argv.slice(2))
