/**
 * Large pages for the tables of the engine: an order touches a few dozen places in tables of hundreds of megabytes, and with
 * pages of 4 kB each place costs a walk of the page table as well (bench/results/engine.md). The C library asks for large
 * pages where the kernel gives them on request; elsewhere the setting is not read.
 */
const VARIABLE = 'GLIBC_TUNABLES'
const SETTING = 'glibc.malloc.hugetlb=1'

/** The environment for a gate's process; a setting of the operator's own stands. */
export function withLargePages(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env[VARIABLE] === undefined ? { ...env, [VARIABLE]: SETTING } : env
}
