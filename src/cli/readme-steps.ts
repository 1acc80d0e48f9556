/**
 * The README as what it says a reader can do: blocks of commands for a shell, each with the block of what they answer. A
 * line of an answer is texts that stand in one line of the output, in this order; `...` stands for anything.
 */

export interface ReadmeStep {
  readonly commands: string
  readonly answers: readonly string[]
}

const SHELL_BLOCK = /^```sh\n([\s\S]*?)^```\n([\s\S]*?)(?=^```sh\n|^## |$(?![\s\S]))/gm
const ANSWER_BLOCK = /^```\n([\s\S]*?)^```$/m

/** Shell blocks in their order. The answers of a block are the next block without a language, before the next step. */
export function readmeSteps(text: string): ReadmeStep[] {
  return [...text.matchAll(SHELL_BLOCK)].map(([, commands = '', after = '']) => {
    const answers = ANSWER_BLOCK.exec(after)?.[1] ?? ''
    return { commands, answers: answers.split('\n').filter((line) => line !== '') }
  })
}

/** `code` that begins a command of this project, wherever it stands. */
export function readmeCommands(text: string): string[] {
  const inline = [...text.matchAll(/`((?:npm|npx) [^`]+)`/g)].map((match) => match[1] ?? '')
  const listed = [...text.matchAll(/^(npm [a-z]+) {2,}/gm)].map((match) => match[1] ?? '')
  return [...new Set([...inline, ...listed])]
}

/** True where the texts of the expected line stand in the given one, one behind the other. */
export function isAnswered(line: string, expected: string): boolean {
  const pattern = expected
    .split(/ (?=")|\.\.\./)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')
  return new RegExp(pattern).test(line)
}
