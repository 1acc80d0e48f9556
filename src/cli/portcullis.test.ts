/** The command line as somebody types it wrong: a reason, a pointer to the help, and never the code of an answer. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'portcullis-cli-'))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'data', 'journal'), { recursive: true })
writeFileSync(join(folder, 'data', 'journal', '00000001.pjl'), 'no segment')
writeFileSync(join(folder, 'plain.csv'), 'a,b')

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', cwd: folder })
  return { status, stdout, stderr }
}

const cases: readonly (readonly [string, number, RegExp])[] = [
  ['', 64, /Usage: portcullis/],
  ['serve --help', 64, /unknown command 'serve'; commands are gate, .*\nsee portcullis --help\n$/],
  ['journal nope', 64, /unknown command 'nope'; commands are verify, show\nsee portcullis journal --help\n$/],
  ['journal verify', 64, /missing required argument 'directory'\nsee portcullis journal verify --help\n$/],
  ['journal verify . --nonsense', 64, /unknown option '--nonsense'\nsee portcullis journal verify --help\n$/],
  ['journal verify nowhere', 64, /^portcullis: there is no folder nowhere\n$/],
  ['journal show nowhere', 64, /^portcullis: there is no folder nowhere\n$/],
  ['journal show plain.csv', 64, /plain.csv is a file/],
  ['journal verify .', 4, /^portcullis: \. holds no journal \(no 00000001\.pjl\)\n$/],
  ['journal verify data', 4, /data holds no journal \(no 00000001\.pjl\); did you mean data.journal\?\n$/],
  ['journal show data', 4, /did you mean data.journal\?\n$/],
  ['journal verify data/journal', 2, /is damaged at byte 0/],
  ['journal show data/journal --type Nope', 64, /No such type; types are .*NewOrder, .*, Swept\b/],
  ['journal show data/journal --from x', 64, /A sequence number/],
  ['journal show data/journal --from 3 --to 2', 64, /--from 3 is behind --to 2/],
  ['person key a:b --key k.json', 64, /^portcullis: a person is named by 1 to 32 printable/],
  ['person add officer-a --data data', 64, /say --key or --public, one of them/],
  ['person add officer-a --data data --key plain.csv', 64, /plain\.csv exists: a key is not overwritten/],
  ['person add officer-a --data data --key k.json --duties everything', 64, /no duty is called everything/],
  ['person token --key plain.csv', 70, /plain\.csv (has mode|is no JSON)/],
  ['person token --key k.json --minutes 16', 64, /1 to 15 minutes/],
  ['snapshot nowhere', 64, /^portcullis: there is no folder nowhere\n$/],
  ['snapshot data', 4, /did you mean data.journal\?\n$/],
  ['snapshot data/journal', 70, /no gate has published how far data.journal is durable/],
  ['snapshot data/journal --follow --minutes 0', 64, /A number above 0/],
  ['replay nowhere', 64, /^portcullis: nowhere: there is no such file\n$/],
  ['replay plain.csv', 64, /plain.csv: no whole gzip file .*begins with biz_index/],
  ['replay x --date 2023-02-30', 64, /2023-02-30 is no date such as 2023-02-07/],
  ['replay x --date 20230207', 64, /20230207 is no date such as 2023-02-07/],
  ['replay x --until 9:5', 64, /A time of day such as 10:30/],
  ['replay x --url http://127.0.0.1:1', 64, /--url and --secrets need each other/],
  ['replay x --data data', 64, /--data data: it holds a journal/],
  ['replay x --json nowhere/report.json', 64, /--json: there is no folder nowhere/],
]
for (const [words, code, message] of cases) {
  test(`portcullis ${words}: exit code ${code}`, () => {
    const { status, stdout, stderr } = run(...words.split(' ').filter((word) => word !== ''))
    assert.match(stderr, message)
    assert.equal(status, code)
    assert.equal(stdout, '')
  })
}

test('versions are printed, and help says what the exit codes mean', () => {
  const version = run('--version')
  assert.equal(version.status, 0)
  assert.match(version.stdout, /^portcullis \d+\.\d+\.\d+, engine \d+, journal format \d+\n$/)
  for (const command of [['journal', 'verify'], ['journal', 'show'], ['person', 'token'], ['replay'], ['snapshot']]) {
    const { status, stdout } = run(...command, '--help')
    assert.equal(status, 0)
    assert.match(stdout, /Exit code: 0 .*64 wrong words/s)
  }
  assert.match(run('replay', '--help').stdout, /biz_index,appl_seq,time_hhmmsscc/)
})

test('a person makes a key, the gate gets its public half, and only the person can sign', () => {
  const made = run('person', 'key', 'officer-a', '--key', 'officer-a.json')
  assert.equal(made.status, 0, made.stderr)
  writeFileSync(join(folder, 'officer-a.pub'), made.stdout)
  assert.ok(!made.stdout.includes('"d"'), 'the private half is not printed')
  const added = run(
    'person',
    'add',
    'officer-a',
    '--data',
    'data',
    '--public',
    'officer-a.pub',
    '--duties',
    'kill,risk:read',
  )
  assert.equal(added.status, 0, added.stderr)
  const again = run('person', 'add', 'officer-a', '--data', 'data', '--public', 'officer-a.pub')
  assert.equal(again.status, 64)
  assert.match(again.stderr, /officer-a has a key at this gate; --replace gives another one/)
  const token = run('person', 'token', '--key', 'officer-a.json', '--minutes', '2')
  assert.equal(token.status, 0, token.stderr)
  const { sub, exp, iat } = JSON.parse(Buffer.from(token.stdout.split('.')[1] ?? '', 'base64url').toString('utf8'))
  assert.deepEqual([sub, exp - iat], ['officer-a', 120])
})
