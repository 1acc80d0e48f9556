/** What every page of the documentation must be: one title, and links to files that exist. */
import { posix } from 'node:path'
import type { Finding, SourceFile } from './source-text.ts'

export function oneTitle(page: SourceFile): readonly Finding[] {
  const titles = proseLines(page).filter(({ text }) => /^# \S/.test(text))
  if (titles.length === 1) return []
  const line = titles[1]?.line ?? 1
  return [{ path: page.path, line, message: `a page has one '# ' title; this one has ${titles.length}` }]
}

/** `exists` answers for a file or folder by its path in the repository. */
export function linksResolve(page: SourceFile, exists: (path: string) => boolean): readonly Finding[] {
  return proseLines(page).flatMap(({ text, line }) =>
    linkTargets(text)
      .filter((target) => !exists(resolveLink(page.path, target)))
      .map((target) => ({ path: page.path, line, message: `the link '${target}' leads nowhere` })),
  )
}

/** Returns the relative targets in a line, `[text](target)` and `[name]: target`, without their fragments. */
function linkTargets(text: string): readonly string[] {
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const named = [...text.matchAll(/^\s*\[[^\]^]+\]:\s+<?([^\s>]+)/g)]
  return [...inline, ...named]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(target))
}

/** A link that starts with `/` counts from the root of the repository. */
function resolveLink(path: string, target: string): string {
  const decoded = decodeURI(target)
  const joined = decoded.startsWith('/') ? decoded.slice(1) : posix.join(posix.dirname(path), decoded)
  return posix.normalize(joined)
}

/** Returns the lines outside fenced blocks, with the insides of `code` spans blanked. */
function proseLines(page: SourceFile): readonly { text: string; line: number }[] {
  let fence: string | undefined
  return page.text.split('\n').flatMap((text, index) => {
    const mark = /^\s*(```+|~~~+)/.exec(text)?.[1]
    if (fence === undefined && mark !== undefined) fence = mark
    else if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined
    } else return [{ text: text.replace(/`[^`]*`/g, '``'), line: index + 1 }]
    return []
  })
}
