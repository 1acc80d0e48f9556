/** JSON that a test walks: whatever it expects of it, its assertions say. The one place where types are given up for that. */

// biome-ignore lint/suspicious/noExplicitAny: an answer's type is what the test is there to find out.
export type LooseJson = any
