/**
 * Tells the engine of cancels that passed while the journal was down, before a start serves anybody: each becomes a
 * SpilledCancel in the journal. A file that was told of is moved aside; where a crash comes in between it is told again.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { NAME_CHARS } from '../model/bounds.ts'
import { evidenceID, evidenceText } from '../model/parse/evidence.ts'
import { parseTimeUs } from '../model/parse/timestamps.ts'
import { SPILLED_CANCEL } from '../model/records/journal-commands.ts'
import { encode } from '../model/records/schema.ts'
import type { Gate } from './gate.ts'

export interface ToldCancels {
  /** How many cancels are in the journal now. */
  readonly cancels: number
  /** Lines that are no cancel: the last one of a file that a crash cut. They stay in the file that was moved aside. */
  readonly unreadable: number
  readonly movedTo: string
}

interface Line {
  readonly time: string
  readonly session: string
  readonly owner: string
  readonly origClOrdID: string
  readonly clOrdID: string
}

/** Settles once all are durable; undefined where no cancel was spilled. @throws Error where the journal fails again */
export async function tellSpilledCancels(path: string, gate: Gate): Promise<ToldCancels | undefined> {
  // Before the genesis record there is no order that a cancel could name.
  if (!existsSync(path) || gate.directory.tradeDate === 0) return undefined
  const lines = readFileSync(path, 'utf8').split('\n')
  const read = lines.filter((line) => line !== '').map(lineIn)
  const cancels = read.filter((line) => line !== undefined)
  await Promise.all(cancels.map((line) => tell(line, gate)))
  const movedTo = `${path}.told-${gate.firstSeq}`
  renameSync(path, movedTo)
  return { cancels: cancels.length, unreadable: read.length - cancels.length, movedTo }
}

function tell(line: Line, gate: Gate): Promise<void> {
  const { directory } = gate
  return new Promise((settle, fail) => {
    gate.submit({
      write: (tape) =>
        encode(tape, SPILLED_CANCEL, {
          session: directory.idOf('SESSION', line.session),
          principal: directory.idOf('PRINCIPAL', line.session),
          receivedTimeUs: parseTimeUs(line.time),
          owner: directory.idOf('SESSION', line.owner),
          clOrdID: evidenceID(line.clOrdID),
          origClOrdID: evidenceID(line.origClOrdID),
          sender: evidenceText(line.session).slice(0, NAME_CHARS),
          ownerName: evidenceText(line.owner).slice(0, NAME_CHARS),
        }),
      neverRefused: true,
      onDurable: () => settle(),
      onFailure: (fault, cause) => fail(new Error(`a cancel of ${line.time} is not journaled: ${fault}`, { cause })),
    })
  })
}

function lineIn(text: string): Line | undefined {
  try {
    const line = JSON.parse(text)
    const fields = [line.time, line.session, line.owner, line.origClOrdID, line.clOrdID]
    const isLine = fields.every((field) => typeof field === 'string') && parseTimeUs(line.time) > 0
    return isLine ? line : undefined
  } catch {
    return undefined
  }
}
