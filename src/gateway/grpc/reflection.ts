/**
 * grpc.reflection.v1: tells a client without the `.proto` what is served and what its messages are. Public, as the contract is.
 * v1alpha, which older tools speak, has the same messages under another name.
 */

import { toBinary } from '@bufbuild/protobuf'
import { type DescriptorProto, type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { type handleBidiStreamingCall, status } from '@grpc/grpc-js'
import { contractFiles } from '../../wire/contract.ts'
import { ServerReflectionRequest, ServerReflectionResponse } from '../../wire/grpc/reflection/v1/reflection.gen.ts'

type Asked = NonNullable<ServerReflectionRequest['messageRequest']>
type Told = NonNullable<ServerReflectionResponse['messageResponse']>

/** A file of the contract, ready to be sent. */
interface File {
  readonly bytes: Buffer
  readonly needs: readonly string[]
}

export function serverReflection(): handleBidiStreamingCall<Buffer, Buffer> {
  const contract = new ContractIndex(contractFiles())
  return (call) => {
    call.on('data', (request: Buffer) => {
      const answer = contract.answer(request)
      if (answer === undefined) {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'No ServerReflectionRequest.' })
      } else if (!call.write(answer)) {
        // Who does not read the answers asks no more.
        call.pause()
        call.once('drain', () => call.resume())
      }
    })
    call.on('end', () => call.end())
  }
}

class ContractIndex {
  readonly #services: readonly string[]
  readonly #files = new Map<string, File>()
  /** Name of the file of each message, enum, service and method. */
  readonly #symbols = new Map<string, string>()
  readonly #messages = new Set<string>()

  constructor(files: readonly FileDescriptorProto[]) {
    this.#services = files.flatMap((file) => file.service.map(({ name }) => `${file.package}.${name}`)).sort()
    for (const file of files) this.#add(file)
  }

  /** Undefined where the bytes are no request. */
  answer(bytes: Buffer): Buffer | undefined {
    let request: ServerReflectionRequest
    try {
      request = ServerReflectionRequest.decode(bytes)
    } catch {
      return undefined
    }
    const messageResponse =
      request.messageRequest === undefined ? fault(status.INVALID_ARGUMENT) : this.#told(request.messageRequest)
    const response = { validHost: request.host, originalRequest: request, messageResponse }
    return Buffer.from(ServerReflectionResponse.encode(response).finish())
  }

  #told(asked: Asked): Told {
    switch (asked.$case) {
      case 'listServices':
        return { $case: 'listServicesResponse', value: { service: this.#services.map((name) => ({ name })) } }
      case 'fileByFilename':
        return this.#withNeeded(asked.value)
      case 'fileContainingSymbol':
        return this.#withNeeded(this.#symbols.get(asked.value))
      case 'allExtensionNumbersOfType':
        return this.#messages.has(asked.value)
          ? { $case: 'allExtensionNumbersResponse', value: { baseTypeName: asked.value, extensionNumber: [] } }
          : fault(status.NOT_FOUND)
      case 'fileContainingExtension':
        // The contract has no extensions.
        return fault(status.NOT_FOUND)
    }
  }

  /** The file, and all that it needs, each behind what it needs. */
  #withNeeded(name: string | undefined): Told {
    if (name === undefined || !this.#files.has(name)) return fault(status.NOT_FOUND)
    const found = new Set<string>()
    const visit = (file: string): void => {
      if (found.has(file)) return
      for (const needed of this.#files.get(file)?.needs ?? []) visit(needed)
      found.add(file)
    }
    visit(name)
    const fileDescriptorProto = [...found].reverse().map((file) => (this.#files.get(file) as File).bytes)
    return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto } }
  }

  #add(file: FileDescriptorProto): void {
    this.#files.set(file.name, {
      bytes: Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
      needs: file.dependency,
    })
    for (const { name, method } of file.service) {
      const service = `${file.package}.${name}`
      this.#symbols.set(service, file.name)
      for (const { name: called } of method) this.#symbols.set(`${service}.${called}`, file.name)
    }
    for (const { name } of file.enumType) this.#symbols.set(`${file.package}.${name}`, file.name)
    for (const message of file.messageType) this.#addMessage(file.package, message, file.name)
  }

  #addMessage(scope: string, { name, nestedType, enumType }: DescriptorProto, file: string): void {
    const full = `${scope}.${name}`
    this.#symbols.set(full, file)
    this.#messages.add(full)
    for (const { name: inner } of enumType) this.#symbols.set(`${full}.${inner}`, file)
    for (const inner of nestedType) this.#addMessage(full, inner, file)
  }
}

function fault(errorCode: status): Told {
  const errorMessage = errorCode === status.NOT_FOUND ? 'The contract has no such thing.' : 'Nothing was asked.'
  return { $case: 'errorResponse', value: { errorCode, errorMessage } }
}
