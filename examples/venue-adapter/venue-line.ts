/** How an EMS sends an approved order to the venue-adapter example: a line of JSON there, a line of JSON back. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { type Approved, NotRouted, type OrderAtVenue, orderAtVenue } from 'portcullis/client'

/** What stands in a line: the order as it leaves, and its token. */
export interface VenueLine {
  readonly order: OrderAtVenue
  readonly token: string
}

/** What comes back. */
export interface VenueAnswer {
  readonly accepted: boolean
  readonly text: string
}

/** @throws NotRouted where the adapter has refused it, and where nobody could be reached: then nothing has left */
export async function sendToVenue(address: string, approved: Approved): Promise<string> {
  const [host = '', port] = address.split(':')
  const socket = connect(Number(port), host)
  await once(socket, 'connect').catch((error: Error) => {
    throw new NotRouted(error.message)
  })
  const line: VenueLine = { order: orderAtVenue(approved), token: approved.token }
  socket.write(`${JSON.stringify(line)}\n`)
  // An error from here on says nothing of whether it has left: it is thrown as it is.
  const [text] = await once(createInterface({ input: socket }), 'line')
  socket.destroy()
  const answer = JSON.parse(text as string) as VenueAnswer
  if (!answer.accepted) throw new NotRouted(answer.text)
  return answer.text
}
