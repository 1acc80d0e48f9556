/**
 * The one door to the project on a fresh clone: installs when needed, builds what changed, then starts the product,
 * runs the tests or runs the benchmarks. Uses nothing but Node, because it runs before anything is installed.
 *
 *   node scripts/run.mjs start [arguments for the product]
 *   node scripts/run.mjs test [part of a test file's path ...]
 *   node scripts/run.mjs crash [--help]
 *   node scripts/run.mjs mutants [number or part of a name ...]
 *   node scripts/run.mjs sim [--seed N] [--seeds COUNT] [--help]
 *   node scripts/run.mjs fuzz [--inputs COUNT] [--seed N] [--help]
 *   node scripts/run.mjs bench [part of a benchmark's path ...]
 *   node scripts/run.mjs build
 *   node scripts/run.mjs reference
 *   node scripts/run.mjs proto [--check]
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const testConcurrency = 2
/** Of the crash test, on two cores. */
const secondsOfRound = 7
const compiledFolders = ['src', 'bench', 'examples']

process.chdir(root)
const [action, ...rest] = process.argv.slice(2)
const actions = { start, test, crash, mutants, sim, fuzz, bench, build, reference, proto }
if (action === undefined || !Object.hasOwn(actions, action)) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(actions).join('|')} [arguments]`)
  process.exit(2)
}
process.exitCode = await actions[action](rest)

async function build() {
  return (await install()) || (await compile())
}

async function start(args) {
  const failed = await build()
  if (failed) return failed
  return run(process.execPath, ['--enable-source-maps', 'dist/src/main.js', ...args])
}

/** Runs everything; with patterns only the matching files, and then without the lint and in spite of type errors. */
async function test(patterns) {
  const narrowed = patterns.length > 0
  const notInstalled = await install()
  if (notInstalled) return notInstalled
  if (narrowed) console.log('portcullis: narrowed run, lint and format are not checked')
  const unclean = narrowed ? 0 : await run(bin('@biomejs/biome/bin/biome'), ['check', '--error-on-warnings', '.'])
  if (unclean) return unclean
  const notCompiled = await compile()
  if (notCompiled && !narrowed) return notCompiled
  const files = compiledFiles('.test.js', patterns)
  if (files.length === 0) return nothingMatches('test', patterns)
  const reporter = process.stdout.isTTY ? 'spec' : './scripts/compact-reporter.mjs'
  const options = ['--test', `--test-concurrency=${testConcurrency}`, `--test-reporter=${reporter}`]
  const failed = await run(process.execPath, ['--enable-source-maps', ...options, ...files])
  return failed || notCompiled
}

function crashUsage() {
  return `usage: npm run crash

Kills the real gate with kill -9 at a random moment under load, checks on its folder that nothing that was answered is
lost, changed or done twice, starts it again, and checks what it says against what it said before.

Environment:
  CRASH_ROUNDS  how many times (default: 50)
  SEED          what is sent and when is killed (default: 1); the interleaving of the processes is the machine's

A round takes about ${secondsOfRound} s on two cores. Exit code: 0 everything held, 1 something did not, 2 wrong words.`
}

/** kill -9 of the real gate, as many rounds as it takes to trust it. */
async function crash(args) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(crashUsage())
    return 0
  }
  process.env.CRASH_ROUNDS ??= '50'
  const rounds = Number(process.env.CRASH_ROUNDS)
  if (args.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
    const wrong =
      args.length > 0 ? `unknown argument ${args[0]}` : `CRASH_ROUNDS=${process.env.CRASH_ROUNDS} is no number`
    console.error(`portcullis: ${wrong}; see npm run crash -- --help`)
    return 2
  }
  const minutes = Math.ceil((rounds * secondsOfRound) / 60)
  console.log(`portcullis: ${rounds} rounds of kill -9, about ${minutes} min; CRASH_ROUNDS=4 plays fewer`)
  return test(['simulator/crash'])
}

/** Makes one-line mistakes and fails where the tests do not notice one. */
async function mutants(words) {
  return (await build()) || (await run(process.execPath, ['dist/src/simulator/mutants/run-mutants.js', ...words]))
}

/** Simulated worlds by their seeds. */
async function sim(args) {
  return (
    (await build()) || run(process.execPath, ['--enable-source-maps', 'dist/src/simulator/sim/run-sim.js', ...args])
  )
}

/** Inputs to every parser. */
async function fuzz(args) {
  return (
    (await build()) || run(process.execPath, ['--enable-source-maps', 'dist/src/simulator/fuzz/run-fuzz.js', ...args])
  )
}

async function bench(patterns) {
  const failed = await build()
  if (failed) return failed
  const files = compiledFiles('.bench.js', patterns)
  if (files.length === 0) return nothingMatches('bench', patterns)
  for (const file of files) {
    console.log(`portcullis: ${file}`)
    const broken = await run(process.execPath, ['--enable-source-maps', '--expose-gc', file])
    if (broken) return broken
  }
  return 0
}

/** Writes the generated pages of docs/reference. */
async function reference() {
  return (
    (await build()) ||
    (await run(process.execPath, ['--enable-source-maps', 'dist/src/tidy/reference/write-reference.js']))
  )
}

/** Checks the contract of the sessions and generates the code of its messages; with --check it only looks. */
async function proto(args) {
  return (await install()) || run(process.execPath, ['scripts/make-contract.mjs', ...args])
}

function nothingMatches(kind, patterns) {
  console.error(`portcullis: no ${kind} file${patterns.length > 0 ? ` matches ${patterns.join(', ')}` : ''}`)
  return 1
}

/** Installs when node_modules is missing or older than the lock file. */
async function install() {
  const installed = modifiedMs('node_modules/.package-lock.json')
  const locked = modifiedMs('package-lock.json')
  if (installed > 0 && installed >= locked) return 0
  const command = locked > 0 ? 'ci' : 'install'
  console.log(`portcullis: node_modules is ${installed > 0 ? 'older than the lock file' : 'missing'}, npm ${command}`)
  const npmScript = process.env.npm_execpath
  if (npmScript?.endsWith('.js')) return run(process.execPath, [npmScript, command])
  return run('npm', [command], { shell: process.platform === 'win32' })
}

async function compile() {
  const failed = await run(bin('typescript/bin/tsc'), ['-b'])
  removeOrphans()
  return failed
}

/** Deletes compiled files whose source is gone, so that a deleted test does not run and a deleted module is missed. */
function removeOrphans() {
  for (const file of compiledFolders.flatMap((folder) => filesUnder(join('dist', folder)))) {
    const match = /^dist[\\/](.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file)
    if (match && !existsSync(`${match[1]}.ts`)) rmSync(file)
  }
}

function compiledFiles(suffix, patterns) {
  return compiledFolders
    .flatMap((folder) => filesUnder(join('dist', folder)))
    .filter((file) => file.endsWith(suffix))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => matches(file, pattern)))
    .sort()
}

/** A pattern is a part of the path; the source's name (`src/model/price.test.ts`) is one too. */
function matches(file, pattern) {
  const path = file.split(sep).join('/')
  return path.includes(pattern.replace(/^\.\//, '').replace(/\.ts$/, '.js'))
}

function filesUnder(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** A package's own launcher, started with this same Node: no shell and no PATH. */
function bin(path) {
  return join('node_modules', path)
}

/** Runs a program to its end with our terminal, passes signals on to it, and returns its exit code. */
function run(program, args, options = {}) {
  const script = program.startsWith('node_modules')
  const command = script ? process.execPath : program
  const child = spawn(command, script ? [program, ...args] : args, { stdio: 'inherit', ...options })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const forward = (signal) => {
    // A terminal sends its signals to the child too, and a second Ctrl-C means "at once" to many programs.
    if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of signals) process.on(signal, forward)
  const watch = watchNpm(() => child.kill('SIGTERM'))
  return new Promise((settle, fail) => {
    child.once('error', fail)
    child.once('exit', (code, signal) => settle(code ?? 128 + (constants.signals[signal] ?? 1)))
  }).finally(() => {
    clearInterval(watch)
    for (const signal of signals) process.off(signal, forward)
  })
}

/** npm passes a signal only to the shell between it and us: that the shell is gone is all that we see of it. */
function watchNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return undefined
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    stop()
  }, 200)
  return watch
}
