/**
 * Blanks what is not code, so that a rule may search a file's text without being fooled by a comment or a string.
 * Every character keeps its place: offsets and line numbers in the blanked text are those of the file.
 */

/** A file as the rules see it. The path is relative to the repository and uses `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Where a rule is broken, and what to do instead. The line counts from 1. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

export interface Import {
  readonly specifier: string
  readonly line: number
}

const keepLines = /[^\n]/g
/** A slash after one of these, or after `return`, opens a regular expression; after anything else it divides. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+<>~*%-]|\breturn)\s*$/

/** Returns the text with comments, regular expressions and the insides of strings replaced by spaces. */
export function codeOnly(text: string): string {
  let out = ''
  let at = 0
  /** One entry per open template literal: the depth of braces inside its current `${}`. */
  const templates: number[] = []
  const blankTo = (end: number) => {
    out += text.slice(at, end).replace(keepLines, ' ')
    at = end
  }
  const copyTo = (end: number) => {
    out += text.slice(at, end)
    at = end
  }
  const templateText = () => {
    const end = endOfTemplateText(text, at)
    blankTo(end)
    if (text.startsWith('${', at)) {
      copyTo(at + 2)
      templates.push(0)
    } else copyTo(at + 1)
  }
  while (at < text.length) {
    const char = text.charAt(at)
    const two = text.slice(at, at + 2)
    const depth = templates.at(-1)
    if (two === '//') blankTo(endAt(text, '\n', at))
    else if (two === '/*') blankTo(Math.min(endAt(text, '*/', at + 2) + 2, text.length))
    else if (char === '"' || char === "'") {
      copyTo(at + 1)
      blankTo(endOfLiteral(text, at, char))
      copyTo(at + 1)
    } else if (char === '`') {
      copyTo(at + 1)
      templateText()
    } else if (char === '/' && beforeRegex.test(out.slice(-80))) blankTo(endOfLiteral(text, at + 1, '/') + 1)
    else if (char === '}' && depth === 0) {
      templates.pop()
      copyTo(at + 1)
      templateText()
    } else {
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1
      copyTo(at + 1)
    }
  }
  return out
}

/** Returns every module that a file names in `import` or `export … from`, types included. */
export function importsOf(file: SourceFile): readonly Import[] {
  const code = codeOnly(file.text)
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*(['"])( *)\1/g)].map((match) => {
    const end = match.index + match[0].length - 1
    const specifier = file.text.slice(end - (match[2] ?? '').length, end)
    return { specifier, line: lineAt(code, match.index) }
  })
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function endAt(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length : found
}

function endOfTemplateText(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

/** Returns where a quoted string or a regular expression closes: neither may cross a line. */
function endOfLiteral(text: string, from: number, quote: string): number {
  let at = from
  let inClass = false
  while (at < text.length && text[at] !== '\n') {
    if (text[at] === quote && !inClass) return at
    if (quote === '/' && text[at] === '[') inClass = true
    if (quote === '/' && text[at] === ']') inClass = false
    at += text[at] === '\\' ? 2 : 1
  }
  return Math.min(at, text.length)
}
