import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import type { Static } from 'typebox'
import type { Assertion, Attestation, CreationOptions, RequestOptions } from './shapes.ts'

// Bits of authenticator data: https://www.w3.org/TR/webauthn-3/#authdata-flags
const flags = { present: 1, verified: 4, attested: 64 }

/** What a test makes an authenticator lie about. */
export interface Lies {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  userHandle?: string
  counter?: number
  /** Whether it asked for a finger or a PIN. */
  verified?: boolean
  present?: boolean
  /** Signs with a key of its own. */
  key?: KeyObject
}

/** A passkey and the browser around it, in software: real keys, real signatures. */
export class SoftwareAuthenticator {
  readonly id = randomBytes(32).toString('base64url')
  readonly #origin: string
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  #userHandle = ''
  #counter = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  /** As `navigator.credentials.create()` followed by toJSON(). */
  create(options: Static<typeof CreationOptions>, lies: Lies = {}): Static<typeof Attestation> {
    this.#userHandle = options.user.id
    const id = Buffer.from(this.id, 'base64url')
    const authData = Buffer.concat([
      this.#authData(options.rp.id, { ...lies, attested: true }),
      Buffer.alloc(16),
      Buffer.from([0, id.length]),
      id,
      this.#coseKey(),
    ])
    // CBOR: {fmt: 'none', attStmt: {}, authData: bytes}
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
      Buffer.from([authData.length]),
      authData,
    ])
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: {
        attestationObject: attestationObject.toString('base64url'),
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, lies).toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  /** As `navigator.credentials.get()` followed by toJSON(). */
  get(options: Static<typeof RequestOptions>, lies: Lies = {}): Static<typeof Assertion> {
    const authData = this.#authData(options.rpId, lies)
    const clientData = this.#clientData('webauthn.get', options.challenge, lies)
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: {
        authenticatorData: authData.toString('base64url'),
        clientDataJSON: clientData.toString('base64url'),
        signature: sign('sha256', signed, lies.key ?? this.#keys.privateKey).toString('base64url'),
        userHandle: lies.userHandle ?? this.#userHandle,
      },
    }
  }

  #authData(rpId: string, lies: Lies & { attested?: boolean }): Buffer {
    const { present = true, verified = true, attested = false } = lies
    this.#counter = lies.counter ?? this.#counter + 1
    const head = Buffer.alloc(5)
    head[0] =
      (present ? flags.present : 0) | (verified ? flags.verified : 0) | (attested ? flags.attested : 0)
    head.writeUInt32BE(this.#counter, 1)
    return Buffer.concat([
      createHash('sha256')
        .update(lies.rpId ?? rpId)
        .digest(),
      head,
    ])
  }

  #clientData(type: string, challenge: string, lies: Lies): Buffer {
    const { origin = this.#origin } = lies
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin,
        crossOrigin: false,
      }),
    )
  }

  /** CBOR: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    return Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ])
  }
}
