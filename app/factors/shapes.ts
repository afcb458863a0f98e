import { Type } from 'typebox'
import { Id, Moment, Name } from '../http/shapes.ts'

// What requests about factors hold. What browsers write is not closed: they add fields as WebAuthn grows.

export const Method = Type.Union([
  Type.Literal('totp'),
  Type.Literal('passkey'),
  Type.Literal('recovery-code'),
])

/** Six digits of an app, or sixteen signs of a recovery code; people add spaces and dashes. */
export const Code = Type.String({ minLength: 1, maxLength: 60 })

/** What its owner calls it; without control characters, as names of people. */
export const FactorName = Type.String({ ...Name, maxLength: 100 })

/** One way of showing a factor, and only one. */
export const OneOf = <const P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false, minProperties: 1, maxProperties: 1 })

const base64url = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[\\w-]+$' })

const credential = {
  // At most 1023 bytes, says WebAuthn.
  id: base64url(1364),
  rawId: base64url(1364),
  type: Type.Literal('public-key'),
}

/** What `navigator.credentials.get()` gives, by its toJSON(). */
export const Assertion = Type.Object({
  ...credential,
  response: Type.Object({
    authenticatorData: base64url(4000),
    clientDataJSON: base64url(4000),
    signature: base64url(8000),
    userHandle: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
  }),
})

/** What `navigator.credentials.create()` gives, by its toJSON(). */
export const Attestation = Type.Object({
  ...credential,
  response: Type.Object({
    attestationObject: base64url(20_000),
    clientDataJSON: base64url(4000),
    transports: Type.Optional(
      Type.Array(Type.String({ maxLength: 30, pattern: '^[a-z-]+$' }), { maxItems: 10 }),
    ),
  }),
})

const Bytes = Type.String({ description: 'base64url' })
const Known = Type.Object({
  id: Bytes,
  type: Type.Literal('public-key'),
  transports: Type.Optional(Type.Array(Type.String())),
})

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()`. */
export const RequestOptions = Type.Object({
  rpId: Type.String(),
  challenge: Bytes,
  timeout: Type.Integer({ description: 'Milliseconds' }),
  userVerification: Type.String(),
  allowCredentials: Type.Array(Known, { description: "Empty: any of the person's" }),
})

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()`. */
export const CreationOptions = Type.Object({
  rp: Type.Object({ id: Type.String(), name: Type.String() }),
  user: Type.Object({ id: Bytes, name: Type.String(), displayName: Type.String() }),
  challenge: Bytes,
  pubKeyCredParams: Type.Array(Type.Object({ type: Type.Literal('public-key'), alg: Type.Integer() })),
  timeout: Type.Integer({ description: 'Milliseconds' }),
  attestation: Type.String(),
  excludeCredentials: Type.Array(Known),
  authenticatorSelection: Type.Object({
    residentKey: Type.String(),
    requireResidentKey: Type.Boolean(),
    userVerification: Type.String(),
  }),
})

export const RecoveryCodes = Type.Optional(
  Type.Array(Type.String(), { description: 'With the first factor, and never again' }),
)

export const Listed = Type.Object({
  factors: Type.Array(
    Type.Object({
      id: Id,
      kind: Type.Union([Type.Literal('totp'), Type.Literal('passkey')]),
      name: Type.String(),
      createdAt: Moment,
      usedAt: Type.Union([Moment, Type.Null()]),
    }),
  ),
  recoveryCodes: Type.Object({ left: Type.Integer(), madeAt: Type.Union([Moment, Type.Null()]) }),
})
