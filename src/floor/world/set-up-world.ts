/**
 * Tells a gate of a world, as far as it does not know it: a gate that continues from its journal has its names, and a
 * limit that stands unchanged is not set again.
 */
import type { CellAnswer, LimitAnswer, RowAnswer } from '../client/answers.ts'
import type { World } from './world.ts'
import type { Body, WorldRequest } from './world-bodies.ts'
import { agingRequests, limitBody, worldRequests } from './world-bodies.ts'

/** The gate as far as a world is set up in it. */
export interface WorldGate {
  limits(): Promise<readonly LimitAnswer[]>
  cells(): Promise<readonly CellAnswer[]>
  define(path: string, rows: readonly object[]): Promise<readonly RowAnswer[]>
}

/** Rows of one request: a thousand are taken, and a body of a megabyte. */
const ROWS_MAX = 500

/** The gate did not take a row of the world. */
export class WorldRefused extends Error {
  override readonly name = 'WorldRefused'
}

/** Returns how many rows were sent. @param asOf the gate's time as text @throws WorldRefused */
export async function setUpWorld(gate: WorldGate, world: World, asOf: string): Promise<number> {
  const inForce = new Set((await gate.limits()).map(answerKey))
  const missing = world.limits.filter((limit) => !inForce.has(bodyKey(limitBody(limit))))
  const requests = missing.length === 0 ? [] : await unknownPart(gate, { ...world, limits: missing })
  let sent = 0
  for (const { path, rows } of [...requests, ...agingRequests(world, asOf)]) {
    for (let at = 0; at < rows.length; at += ROWS_MAX) await define(gate, path, rows.slice(at, at + ROWS_MAX))
    sent += rows.length
  }
  return sent
}

async function unknownPart(gate: WorldGate, world: World): Promise<WorldRequest[]> {
  const held = new Set((await gate.cells()).map(({ account, symbol }) => `${account}|${symbol}`))
  return worldRequests(world, held)
}

async function define(gate: WorldGate, path: string, rows: readonly Body[]): Promise<void> {
  const answers = await gate.define(path, rows)
  const at = answers.findIndex(({ applied }) => !applied)
  if (at < 0) return
  const { code, text } = answers[at] ?? { code: '', text: '' }
  throw new WorldRefused(`the gate refuses ${path} ${JSON.stringify(rows[at])}: ${code}: ${text}`)
}

/** Everything that makes a row what it is, in one text. */
function key(parts: readonly (string | number | undefined)[], warnBps: readonly (string | number)[]): string {
  return [...parts.map((part) => part ?? ''), warnBps.join(' ')].join('|')
}

function bodyKey(body: Body): string {
  const { control, subject, object, hard, windowUs, bandTicks, warnBps = [], action, mode } = body
  const level = plain(String(hard))
  const parts = [control, subject, object, level, windowUs, bandTicks, action ?? 'BLOCK', mode ?? 'ENFORCE']
  return key(parts.map(String), warnBps as readonly string[])
}

function answerKey(limit: LimitAnswer): string {
  const { control, subject, object, hard, windowUs, bandTicks, warnBps = [], action, mode } = limit
  const about = object === undefined ? undefined : `${object.kind}:${object.name}`
  const whose = `${subject.kind}:${subject.name}`
  return key([control, whose, about, plain(hard.value), windowUs, bandTicks, action, mode].map(String), warnBps)
}

/** A decimal without trailing zeros: the gate writes money with all its decimals. */
function plain(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}
