/** What a one-line mistake is: where it is made, and which tests must notice. */

export interface Mutant {
  /** What a gate with this line would do. */
  readonly name: string
  /** Source file, below src. */
  readonly file: string
  /** Stands exactly once in the file. */
  readonly from: string
  readonly to: string
  /** Test files, below src, of which at least one must fail. */
  readonly by: readonly string[]
}
