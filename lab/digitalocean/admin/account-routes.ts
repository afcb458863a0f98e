import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import { asBody, bodyOf } from '../wire/body.ts'
import { notFound, unprocessable } from '../wire/errors.ts'
import { freshAccount, type State } from '../state/state.ts'
import type { Lab } from './lab.ts'
import { replaceAccount } from './replace-account.ts'
import { Snapshots } from './snapshots.ts'
import { wishIn } from './wish.ts'

const Named = v.strictObject({ name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/)) })

/** The account as a whole: looked at, replaced in part or whole, kept by name, emptied. Disks are no part of it. */
export function accountRoutes(app: FastifyInstance, { cloud, faults, lag, delays, clock }: Lab): void {
  const { store, jobs } = cloud
  const snapshots = new Snapshots(store.file)

  app.get('/state', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(store.state, withoutSecrets)),
  )

  app.post('/seed', async (request) => {
    const parts = partsOf(bodyOf(request), store.state)
    await replaceAccount(cloud, { ...store.state, ...parts })
    return { seeded: Object.keys(parts) }
  })

  app.get('/snapshots', async () => ({ snapshots: await snapshots.list() }))

  app.post('/snapshots', async (request, reply) => {
    const { name } = wishIn(Named, request)
    await jobs.idle()
    await snapshots.keep(name, store.state)
    return reply.code(201).send({ snapshot: { name } })
  })

  app.post('/restore', async (request) => {
    const { name } = wishIn(Named, request)
    const state = await snapshots.read(name)
    if (!state) {
      const names = (await snapshots.list()).join(', ')
      throw notFound(`There is no snapshot ${name}; there are ${names || 'none'}.`)
    }
    await jobs.idle()
    await replaceAccount(cloud, state)
    return {
      restored: { name },
      disks: 'not part of a snapshot: machines kept theirs or start with fresh ones',
    }
  })

  app.delete<{ Params: { name: string } }>('/snapshots/:name', async ({ params }, reply) => {
    if (!(await snapshots.list()).includes(params.name))
      throw notFound(`There is no snapshot ${params.name}.`)
    await snapshots.remove(params.name)
    return reply.code(204).send()
  })

  app.post('/reset', async (request) => {
    wishIn(v.strictObject({}), request)
    faults.clear()
    lag.clear()
    delays.clear()
    clock.reset()
    await jobs.idle()
    await replaceAccount(cloud, { account: store.state.account })
    return { reset: true }
  })
}

/** The fields of an account's state, each of the kind it has there. */
function partsOf(body: Readonly<Record<string, unknown>>, state: Readonly<State>): Partial<State> {
  const known: Record<string, unknown> = { ...freshAccount(new Date()), ...state }
  for (const [field, value] of Object.entries(body)) {
    const there = known[field]
    if (there === undefined || field === 'version' || field === 'leaving')
      throw unprocessable(`There is no field ${field} here; there are ${Object.keys(known).join(', ')}.`)
    const fits = Array.isArray(there) ? Array.isArray(value) : typeof value === typeof there && asBody(value)
    if (!fits && typeof there === 'object')
      throw unprocessable(`${field} must be ${Array.isArray(there) ? 'an array' : 'an object'}.`)
    if (typeof there === 'number' && typeof value !== 'number')
      throw unprocessable(`${field} must be a number.`)
  }
  return body
}

// Whoever has a Slack URL can write there.
const secret = /userData|password|secret|token|privateKey|^url$/i

const withoutSecrets = (key: string, value: unknown) =>
  secret.test(key) && value !== null && value !== undefined && value !== '' ? '***' : value
