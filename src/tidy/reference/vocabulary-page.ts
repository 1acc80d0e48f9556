/** docs/reference/vocabulary.md: the project's own words, and every closed set with the sentence that its source gives. */
import { EXCLUSIONS } from '../../auth/duties.ts'
import * as vocabulary from '../../model/vocabulary.ts'
import type { SourceFile } from '../source-text.ts'
import { code, GENERATED, page, table } from './markdown.ts'
import { OWN_WORDS } from './own-words.ts'

const INTRODUCTION = `A field that exists in FIX has its FIX name with the first letter lowered: raise it and you have the FIX field. The words
below are the others, each with one meaning everywhere: in code, in documents, on the wire and on the screen.`

const SETS_INTRODUCTION = `A value is a text outside and its place in the list inside the records, so lists are only ever appended to. Places count from 0.`

const EXCLUSIONS_INTRODUCTION = `The gate refuses to register such a client, and to start while one is registered. It is two clients, each with its own secret.
A person has no session, and so sends no orders whatever duties it holds.`

interface ClosedSet {
  readonly name: string
  readonly meaning: string
  readonly values: readonly string[]
}

/** `source` is the text of src/model/vocabulary.ts, whose comments say what each set is. */
export function vocabularyPage(source: SourceFile): string {
  return page(
    '# Vocabulary',
    GENERATED,
    INTRODUCTION,
    '## Our own words',
    table(
      ['Word', 'What it means'],
      OWN_WORDS.map(({ word, meaning }) => [word, meaning]),
    ),
    '## Closed sets',
    SETS_INTRODUCTION,
    ...closedSets(source).map(setSection),
    '## Duties that one client may not hold together',
    EXCLUSIONS_INTRODUCTION,
    table(
      ['Duty', 'Excludes', 'Because'],
      EXCLUSIONS.map(({ duty, excludes, reason }) => [code(duty), code(excludes), `${reason}.`]),
    ),
  )
}

/** The exported lists of texts, in the order of their source. */
export function closedSets(source: SourceFile): readonly ClosedSet[] {
  const exported: Readonly<Record<string, unknown>> = vocabulary
  const declarations = source.text.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export const ([A-Z_]+) = \[/g)
  return [...declarations].map(([, comment = '', name = '']) => {
    const values = exported[name]
    if (!Array.isArray(values)) throw new Error(`${source.path}: ${name} is no list`)
    return { name, meaning: comment.replace(/\s*\n \*\s?/g, ' ').trim(), values: values.map(String) }
  })
}

function setSection({ name, meaning, values }: ClosedSet): string {
  return page(
    `### ${code(name)}`,
    meaning,
    values.map((value, place) => `${place} ${code(value)}`).join(', '),
  ).trimEnd()
}
