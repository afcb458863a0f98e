import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import type { Faults } from '../digitalocean/admin/faults.ts'
import { onlyFromHere } from '../digitalocean/admin/only-from-here.ts'
import { newDomain, type Account } from './account.ts'

const AccountWish = v.strictObject({
  apiEnabled: v.optional(v.boolean()),
  clientIps: v.optional(v.array(v.pipe(v.string(), v.ipv4()))),
  requestsPerMinute: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
})

const DomainWish = v.strictObject({
  user: v.optional(v.string()),
  editable: v.optional(v.boolean()),
  /** `default` for Namecheap's own. */
  nameservers: v.optional(v.union([v.literal('default'), v.array(v.string())])),
})

const FaultWish = v.strictObject({
  /** `domains.dns.setCustom`; absent, every command. */
  command: v.optional(v.pipe(v.string(), v.regex(/^[\w.]+$/))),
  kind: v.optional(v.picklist(['status', 'hang', 'cut']), 'status'),
  when: v.optional(v.picklist(['before', 'after']), 'before'),
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(300), v.maxValue(599))),
  /** A refusal under HTTP 200 instead: `500000 Too many requests`. */
  refusal: v.optional(v.pipe(v.string(), v.regex(/^\d+ \S/))),
  times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
})

/** What only a lab can do with an account at Namecheap, for people and tests on this machine. */
export function labRoutes(app: FastifyInstance, account: Account, faults: Faults, clock: () => Date): void {
  onlyFromHere(app)
  app.setErrorHandler<Error & { status?: number; statusCode?: number }>(async (error, _request, reply) => {
    const wrong = error instanceof v.ValiError || error instanceof SyntaxError
    const status = wrong ? 422 : (error.status ?? error.statusCode ?? 500)
    return reply.code(status).send({ message: error.message })
  })

  app.get('/account', async () => account.state)

  app.patch('/account', async ({ body }) => {
    const wish = v.parse(AccountWish, parse(body))
    await account.change((draft) => Object.assign(draft, wish))
    return account.state
  })

  app.put<{ Params: { name: string } }>('/domains/:name', async ({ params: { name }, body }) => {
    const { nameservers, ...wish } = v.parse(DomainWish, parse(body))
    return account.change((draft) => {
      const known = draft.domains.find((domain) => domain.name === name)
      const domain = known ?? newDomain(draft.nextId++, name, clock())
      if (!known) draft.domains.push(domain)
      Object.assign(domain, wish)
      if (nameservers) domain.nameservers = nameservers === 'default' ? undefined : nameservers
      return domain
    })
  })

  app.delete<{ Params: { name: string } }>('/domains/:name', async ({ params: { name } }, reply) => {
    await account.change((draft) => {
      draft.domains = draft.domains.filter((domain) => domain.name !== name)
    })
    return reply.code(204).send()
  })

  app.post('/faults', async ({ body }, reply) => {
    const { command, refusal, ...wish } = v.parse(FaultWish, parse(body))
    const path = command === undefined ? '**' : `/${command}`
    return reply.code(201).send({ fault: faults.add({ ...wish, path, message: refusal }) })
  })

  app.delete('/faults', async (_request, reply) => {
    faults.clear()
    return reply.code(204).send()
  })
}

const parse = (body: unknown): unknown =>
  JSON.parse(typeof body === 'string' && body !== '' ? body : '{}') as unknown
