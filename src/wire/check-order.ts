/** Reads the request of the unary check, as strictly as a session's message. */
import { RequestError } from '../model/errors.ts'
import { ORDER_FORM, type OrderWords } from '../model/parse/new-order.ts'
import { fieldNumbers } from './contract.ts'
import { Cursor, formMessage } from './form-message.ts'

const NAME = 'CheckOrderRequest'
const LENGTH_DELIMITED = 2
const ORDER_TAG = ((fieldNumbers(NAME).get('order') as number) << 3) | LENGTH_DELIMITED
const order = formMessage(ORDER_FORM)
const cursor = new Cursor()

/** The words of the order in a CheckOrderRequest, or what is wrong with its bytes. */
export function readCheckOrder(request: Buffer): OrderWords | RequestError {
  cursor.start(request, 0, request.length)
  let from = -1
  let end = 0
  while (cursor.at < request.length) {
    const tag = cursor.varint()
    if (cursor.isBroken) return new RequestError('MALFORMED_MESSAGE', NAME)
    if (tag !== ORDER_TAG) return new RequestError('UNKNOWN_FIELD', `${NAME}.${tag >>> 3}`)
    if (from >= 0) return new RequestError('DUPLICATE_KEY', 'order')
    end = cursor.span()
    from = cursor.at
    cursor.at = end
    if (cursor.isBroken) return new RequestError('MALFORMED_MESSAGE', NAME)
  }
  if (from < 0) return new RequestError('MISSING_FIELD', 'order')
  const words = order.read(request, from, end)
  return words instanceof RequestError ? words : (words as unknown as OrderWords)
}
