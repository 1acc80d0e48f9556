/** The contract of the sessions as data: its files, and the numbers of a message's fields. */
import { fromBinary } from '@bufbuild/protobuf'
import { type FileDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { CONTRACT } from './contract.gen.ts'

/** Files of the contract, each after those that it imports. */
export function contractFiles(): readonly FileDescriptorProto[] {
  return fromBinary(FileDescriptorSetSchema, Buffer.from(CONTRACT, 'base64')).file
}

/** Number of each field of a message, by its name in JSON. @throws RangeError where the contract has no such message */
export function fieldNumbers(name: string): ReadonlyMap<string, number> {
  const found = contractFiles()
    .flatMap((file) => file.messageType)
    .find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`the contract has no message ${name}`)
  return new Map(found.field.map((field) => [field.jsonName, field.number]))
}
