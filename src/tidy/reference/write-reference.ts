/** `npm run reference`: writes the generated pages of docs/reference. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../repository-root.ts'
import { makeReference } from './reference-pages.ts'

const root = repositoryRoot()
const { pages, findings } = makeReference(root)
for (const { path, text } of pages) {
  writeFileSync(join(root, path), text)
  console.log(`portcullis: ${path}`)
}
for (const { path, message } of findings) console.error(`portcullis: ${path}: ${message}`)
if (findings.length > 0) process.exitCode = 1
