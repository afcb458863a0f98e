import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { bodyOf, text } from './wire/body.ts'
import type { Cloud } from './cloud.ts'
import { found, unprocessable } from './wire/errors.ts'
import { page } from './wire/pages.ts'
import { takeId, type SshKey, type State } from './state/state.ts'

const keyTypes = [
  'ssh-rsa',
  'ssh-dss',
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
]

/** The account's SSH keys, by id or fingerprint. */
export function keys(app: FastifyInstance, { store }: Cloud): void {
  app.get('/account/keys', async (request) => page(request, 'ssh_keys', store.state.keys.map(wireKey)))

  app.post('/account/keys', async (request, reply) => {
    const body = bodyOf(request)
    const name = nameIn(body)
    const publicKey = text(body, 'public_key')?.trim()
    if (!publicKey) throw unprocessable("Public key can't be blank")
    const fingerprint = fingerprintOf(publicKey)
    const key = await store.change((draft) => {
      if (draft.keys.some((known) => known.fingerprint === fingerprint))
        throw unprocessable('SSH Key is already in use on your account')
      const made: SshKey = { id: takeId(draft), name, publicKey, fingerprint }
      draft.keys.push(made)
      return made
    })
    return reply.code(201).send({ ssh_key: wireKey(key) })
  })

  app.get<{ Params: { id: string } }>('/account/keys/:id', async ({ params }) => ({
    ssh_key: wireKey(found(findKey(store.state, params.id))),
  }))

  app.put<{ Params: { id: string } }>('/account/keys/:id', async (request) => {
    const name = nameIn(bodyOf(request))
    const key = await store.change((draft) =>
      Object.assign(found(findKey(draft, request.params.id)), { name }),
    )
    return { ssh_key: wireKey(key) }
  })

  app.delete<{ Params: { id: string } }>('/account/keys/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const key = found(findKey(draft, params.id))
      draft.keys = draft.keys.filter((other) => other !== key)
    })
    return reply.code(204).send()
  })
}

export function findKey(state: Readonly<State>, id: string): SshKey | undefined {
  return state.keys.find((key) => String(key.id) === id || key.fingerprint === id)
}

function nameIn(body: ReturnType<typeof bodyOf>): string {
  const name = text(body, 'name')
  if (!name) throw unprocessable("Name can't be blank")
  return name
}

const wireKey = ({ id, name, publicKey, fingerprint }: SshKey) => ({
  id,
  fingerprint,
  public_key: publicKey,
  name,
})

function fingerprintOf(publicKey: string): string {
  const [type = '', blob = ''] = publicKey.split(/\s+/)
  const bytes = Buffer.from(blob, 'base64')
  // The blob begins with its own type, length first; a key cut short or of another type doesn't match.
  const inner = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString() : ''
  if (!keyTypes.includes(type) || inner !== type)
    throw unprocessable(`Key invalid key type, we support ${keyTypes.map((each) => `'${each}'`).join(', ')}`)
  const digest = createHash('md5').update(bytes).digest('hex')
  return (digest.match(/../g) ?? []).join(':')
}
