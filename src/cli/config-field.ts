/** A field of the production gate's configuration. */

/** What it takes, what it is where it is left out, what it is for. */
export interface ConfigField {
  /** With dots: `listen.port`. */
  readonly path: string
  readonly takes: string
  /** As it stands in the file; undefined where it must be given, '' where it may be left out and then is nothing. */
  readonly otherwise: string | undefined
  readonly doc: string
  /** The value, or undefined where the text is none. */
  read(value: unknown): unknown
}
