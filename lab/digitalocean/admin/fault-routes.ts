import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import { notFound, unprocessable } from '../wire/errors.ts'
import type { Lab } from './lab.ts'
import { wishIn } from './wish.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const FaultWish = v.strictObject({
  method: v.optional(v.picklist(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
  path: v.optional(v.pipe(v.string(), v.startsWith('/'))),
  kind: v.picklist(['status', 'hang', 'cut', 'done']),
  when: v.optional(v.picklist(['before', 'after'])),
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599))),
  message: v.optional(v.string()),
  html: v.optional(v.boolean()),
  retryAfterSeconds: v.optional(count),
  skip: v.optional(count),
  times: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1)))),
  probability: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  seed: v.optional(v.pipe(v.number(), v.integer())),
})

/** Faults: what the API gets wrong, where and how often. */
export function faultRoutes(app: FastifyInstance, { faults }: Lab): void {
  app.get('/faults', async () => ({ faults: faults.list() }))

  app.post('/faults', async (request, reply) => {
    const wish = wishIn(FaultWish, request)
    for (const field of ['status', 'message', 'html', 'retryAfterSeconds'] as const)
      if (wish.kind !== 'status' && wish[field] !== undefined)
        throw unprocessable(`${field} goes with kind status; not with ${wish.kind}.`)
    return reply.code(201).send({ fault: faults.add(wish) })
  })

  app.delete('/faults', async (_request, reply) => {
    faults.clear()
    return reply.code(204).send()
  })

  app.delete<{ Params: { id: string } }>('/faults/:id', async ({ params }, reply) => {
    if (!faults.remove(Number(params.id))) throw notFound(`There is no fault ${params.id}.`)
    return reply.code(204).send()
  })
}
