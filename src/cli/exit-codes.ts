/** Exit codes of `portcullis`, one meaning each, and the errors that carry one. 1 is an answer: something disagrees. */

export const EXIT = {
  /** Decided otherwise, or the exposure disagrees. */
  disagrees: 1,
  /** The folder is there and holds no journal. */
  noJournal: 4,
  /** The words of the command are wrong: EX_USAGE of sysexits.h, so that no script takes it for an answer. */
  usage: 64,
  /** Everything else that kept the command from its answer: EX_SOFTWARE. */
  failed: 70,
  /** What a shell expects of a program that Ctrl-C ended. */
  interrupted: 130,
} as const

/** Ends the command with a code and a sentence, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** An option, argument, file or folder that cannot be meant. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(EXIT.usage, message)
  }
}
