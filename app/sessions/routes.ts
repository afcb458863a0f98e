import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Method } from '../factors/shapes.ts'
import { refusal } from '../http/refusals.ts'
import { Email, Fields, Id, Moment, Nothing, open, Password, refusals, Role } from '../http/shapes.ts'
import { record } from '../history/history.ts'
import type { SiteParts } from '../parts.ts'
import { endSessions } from './end-sessions.ts'
import { forgetSession } from './plugin.ts'
import { clientOf, isConfirmed, signedIn } from './signed-in.ts'
import { signIn } from './sign-in.ts'

const NotFound = refusal('NOT_FOUND', 404)

export const Person = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  role: Role,
})

const NextStep = Type.Object({
  next: Type.Union([
    Type.Literal('second-factor', { description: 'Nobody is signed in until a factor is shown' }),
    Type.Literal('enrol-factor', { description: 'Signed in, but to nothing else than adding a factor' }),
  ]),
  methods: Type.Array(Method, { description: 'Any of them will do' }),
})

const WhoAmI = Type.Object({
  account: Person,
  confirmed: Type.Boolean({ description: 'Whether what matters may be changed without showing who it is' }),
})

const Listed = Type.Object({
  id: Id,
  device: Type.String(),
  network: Type.String(),
  current: Type.Boolean(),
  createdAt: Moment,
  usedAt: Moment,
})

/** Signing in and out, who one is, and where else one is signed in. */
export const sessions: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.post(
    '/session',
    {
      schema: {
        ...open,
        summary: 'Sign in',
        body: Fields({ email: Email, password: Password }),
        description: 'Where more is due than the password, the answer says what.',
        response: { 200: NextStep, 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      const { next, methods } = await signIn(parts, request, reply, request.body)
      if (next !== 'done') return reply.code(200).send({ next, methods })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/session',
    { schema: { summary: 'Who am I', response: { 200: WhoAmI, ...refusals } } },
    async (request) => ({
      account: signedIn(request),
      confirmed: isConfirmed(request),
    }),
  )

  app.delete(
    '/session',
    { schema: { ...open, summary: 'Sign out', response: { 204: Nothing, ...refusals } } },
    async (request, reply) => {
      await signOut(parts, request, reply)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/sessions',
    {
      schema: {
        summary: 'Where the account is signed in',
        response: { 200: Type.Object({ sessions: Type.Array(Listed) }), ...refusals },
      },
    },
    async (request) => ({
      sessions: await listSessions(parts, signedIn(request).id, request.session.handle),
    }),
  )

  app.delete(
    '/sessions',
    {
      schema: {
        summary: 'End all other sessions',
        response: { 200: Type.Object({ ended: Type.Integer() }), ...refusals },
      },
    },
    async (request) => ({ ended: await endOtherSessions(parts, request) }),
  )

  app.delete(
    '/sessions/:id',
    {
      schema: {
        summary: 'End one session',
        params: Fields({ id: Id }),
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await endSession(parts, signedIn(request).id, request.params.id)
      return reply.code(204).send(null)
    },
  )
}

/** Ends all sessions of whoever is signed in but the present one; answers how many. */
export async function endOtherSessions({ db }: SiteParts, request: FastifyRequest): Promise<number> {
  const { id } = signedIn(request)
  const ended = await endSessions(db, id, request.session.handle)
  // Ending them is never limited; that there was nothing to end is no event.
  if (ended > 0)
    await record(db, {
      accountId: id,
      event: 'sessions-ended',
      client: clientOf(request),
      details: { ended },
    })
  return ended
}

/** Ends the session on the server and in the browser. */
export async function signOut(parts: SiteParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const accountId = request.session.accountId
  if (accountId) await record(parts.db, { accountId, event: 'signed-out', client: clientOf(request) })
  await forgetSession(parts, request, reply)
}

/** Sessions of an account, the last used first; times as ISO 8601 texts. */
export function listSessions({ db }: SiteParts, accountId: string, current: string | undefined) {
  return db<
    { id: string; device: string; network: string; current: boolean; createdAt: string; usedAt: string }[]
  >`
    select handle as id, device, network, handle = ${current ?? null}::uuid as current,
      to_json(created_at)#>>'{}' as created_at, to_json(used_at)#>>'{}' as used_at
    from sessions where account_id = ${accountId} and expires_at > now() order by used_at desc limit 100`
}

/** Ends one session of an account; another's is as unknown as one that never was. */
export async function endSession({ db }: SiteParts, accountId: string, handle: string): Promise<void> {
  const { count } = await db`delete from sessions where account_id = ${accountId} and handle = ${handle}`
  if (count === 0) throw new NotFound()
}
