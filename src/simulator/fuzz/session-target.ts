/**
 * A connection of the order session from its first byte: frames, the request around messages, logon, numbers, commands, ends.
 * The gate behind it is real, and its firm is stopped: nothing may be approved.
 */

import { setImmediate as turn } from 'node:timers/promises'
import { Sessions } from '../../gateway/session/sessions.ts'
import { FrameCutter, frameOf } from '../../wire/frames.ts'
import { Outcome } from '../../wire/portcullis/v1/decisions.gen.ts'
import { OrderSessionRequest, OrderSessionResponse } from '../../wire/portcullis/v1/gate_service.gen.ts'
import type { ClientMessage, ServerMessage } from '../../wire/portcullis/v1/session.gen.ts'
import { CancelOnDisconnect } from '../../wire/portcullis/v1/session.gen.ts'
import type { Dice } from '../commands/dice.ts'
import { HandDelays } from '../made-up-world.ts'
import { RestGate } from '../rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../small-firm.ts'
import { SIZES } from './fuzz-firm.ts'
import { FuzzFinding, type FuzzTarget } from './fuzz-target.ts'
import { mutateBytes, mutateFields, textField } from './mutate.ts'

/** Turns until a connection has said what it has to say: the token, the sequencer, the answer. */
const TURNS = 4

export async function sessionTarget(): Promise<FuzzTarget> {
  const gate = await RestGate.start({ sizes: SIZES, rates: { each: {}, named: new Map() } })
  await tellSmallFirm(gate)
  await gate.send('alice', 'POST', '/kill', { firm: true, reason: 'fuzz' })
  const sessions = new Sessions(gate.server.services, new HandDelays())
  const logon: ClientMessage = {
    seq: 0,
    body: {
      $case: 'logon',
      value: {
        ...{ version: 1, accessToken: gate.tokens.get('ems-1') as string, epoch: 0, lastSeenSeq: 0 },
        ...{ heartbeatMs: 1_000, window: 0, cancelOnDisconnect: CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED },
      },
    },
  }
  const messages = (dice: Dice): ClientMessage[] =>
    Array.from({ length: dice.between(0, 3) }, (_, at) => {
      const seq = dice.chance(90) ? at + 1 : dice.below(5)
      const clOrdID = `S-${dice.next()}`
      const body: ClientMessage['body'] = dice.weighted([
        [6, { $case: 'newOrder', value: { ...GOOD_ORDER, clOrdID, orderQty: '100' } }],
        [2, { $case: 'cancel', value: { clOrdID, origClOrdID: 'S-1' } }],
        [1, { $case: 'heartbeat', value: { durableSeq: 0, timeUs: 0 } }],
        [1, { $case: 'logout', value: { code: '', text: '' } }],
        [1, logon.body],
      ] as const) as ClientMessage['body']
      return { seq, body }
    })
  const stream = (dice: Dice, change: (request: Buffer) => Buffer) => {
    const requests = [[logon, ...(dice.chance(30) ? messages(dice) : [])], messages(dice), messages(dice)]
    const changed = dice.below(requests.length)
    const parts = requests.map((part, at) => {
      const request = Buffer.from(OrderSessionRequest.encode({ messages: part }).finish())
      return at === changed ? change(request) : request
    })
    return Buffer.concat(parts.filter(({ length }) => length > 0).map((part) => frameOf(part)))
  }
  const whole = (dice: Dice) => stream(dice, (request) => request)
  return {
    ...{ name: 'session stream', weight: 6 },
    parsers: ['session/frames', 'session/order-session', 'session/session-intake', 'session/session-state'],
    valid: whole,
    framed: (dice) =>
      stream(dice, (request) => {
        if (dice.chance(40)) return mutateFields(dice, request)
        // The request around the message is right; what is in it is not.
        if (dice.chance(50)) return textField(1, mutateBytes(dice, request.subarray(2), request))
        return mutateBytes(dice, request, request)
      }),
    run: async (input, dice) => {
      const said: ServerMessage[] = []
      let isEnded = false
      const session = sessions.connect({
        send: (response) => void said.push(...OrderSessionResponse.decode(response).messages),
        ...{ unread: 0, pause: () => {}, resume: () => {}, identified: () => {} },
        end: () => {
          isEnded = true
        },
      })
      const frames = cut(input, dice)
      if (frames === undefined) session.over('MALFORMED_MESSAGE', 'frame')
      for (const frame of frames ?? []) if (!isEnded) session.take(frame)
      for (let left = TURNS; left > 0 && !isEnded; left--) await turn()
      session.gone()
      gate.journal.blocks.length = 0
      return said.map(wordOf).join(' ')
    },
    close: async () => {
      sessions.close()
      await gate.close()
    },
  }
}

/** The frames of the stream in whatever pieces it comes, as a cutter that has it whole finds them. */
function cut(input: Buffer, dice: Dice): readonly Buffer[] | undefined {
  const cutter = new FrameCutter()
  const found: Buffer[] = []
  let isWhole = true
  for (let at = 0; at < input.length && isWhole; ) {
    const to = Math.min(input.length, at + dice.between(1, 200))
    isWhole = cutter.cut(input.subarray(at, to), (frame) => found.push(frame))
    at = to
  }
  const expected = naiveFrames(input)
  const isSame = expected.frames.length === found.length && expected.frames.every((one, at) => found[at]?.equals(one))
  if (!isSame || isWhole !== expected.isWhole) throw new FuzzFinding('frames in pieces are other frames')
  return isWhole ? found : undefined
}

function naiveFrames(input: Buffer): { readonly frames: readonly Buffer[]; readonly isWhole: boolean } {
  const frames: Buffer[] = []
  for (let at = 0; at + 4 <= input.length; ) {
    const length = input.readUInt32LE(at)
    if (length === 0 || length > 262_144) return { frames, isWhole: false }
    if (at + 4 + length > input.length) break
    frames.push(input.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return { frames, isWhole: true }
}

function wordOf({ body }: ServerMessage): string {
  switch (body?.$case) {
    case 'decision':
      if (body.value.outcome === Outcome.OUTCOME_APPROVED) throw new FuzzFinding('a stopped firm has approved an order')
      return `decision ${body.value.reason?.code}`
    case 'refused':
    case 'logout':
      return `${body.$case} ${body.value.code}`
    default:
      return body?.$case ?? ''
  }
}
