import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyOf } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { findDomain } from './domains.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { recordIn } from './record-data.ts'
import { takeId, type DnsRecord, type Domain } from '../state/state.ts'

interface ById {
  Params: { domain: string; id: string }
}

/** The records of a zone. */
export function records(app: FastifyInstance, { store }: Cloud): void {
  app.get<{ Params: { domain: string }; Querystring: { type?: string; name?: string } }>(
    '/domains/:domain/records',
    async (request) => {
      const { type, name } = request.query
      const domain = findDomain(store.state, request.params.domain)
      const matching = domain.records.filter(
        (record) => (!type || record.type === type) && (!name || fullName(record, domain) === name),
      )
      return page(request, 'domain_records', matching)
    },
  )

  app.post<{ Params: { domain: string } }>('/domains/:domain/records', async (request, reply) => {
    const body = bodyOf(request)
    const record = await store.change((draft) => {
      const domain = findDomain(draft, request.params.domain)
      const asked = recordIn(domain, body)
      if (asked.type === 'SOA') throw unprocessable('Type SOA is made with its domain')
      const made = { id: takeId(draft), ...asked }
      domain.records.push(made)
      shareTtl(domain, made)
      return made
    })
    return reply.code(201).send({ domain_record: record })
  })

  app.get<ById>('/domains/:domain/records/:id', async ({ params }) => ({
    domain_record: findRecord(findDomain(store.state, params.domain), params.id),
  }))

  // The official client changes with PUT, others with PATCH; both leave what they don't name as it is.
  const change = async (request: FastifyRequest<ById>) => {
    const body = bodyOf(request)
    const record = await store.change((draft) => {
      const domain = findDomain(draft, request.params.domain)
      const known = findRecord(domain, request.params.id)
      if (known.type === 'SOA') throw unprocessable('Type SOA is changed with its domain')
      const changed = Object.assign(known, recordIn(domain, body, known))
      shareTtl(domain, changed)
      return changed
    })
    return { domain_record: record }
  }
  app.put<ById>('/domains/:domain/records/:id', change)
  app.patch<ById>('/domains/:domain/records/:id', change)

  app.delete<ById>('/domains/:domain/records/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const domain = findDomain(draft, params.domain)
      const gone = findRecord(domain, params.id)
      if (gone.type === 'SOA') throw unprocessable('Type SOA goes with its domain')
      domain.records = domain.records.filter((other) => other !== gone)
    })
    return reply.code(204).send()
  })
}

/** All records of one name and type have one TTL, the one that was set last: the API sees to it without a word. */
function shareTtl(domain: Domain, { name, type, ttl }: DnsRecord): void {
  for (const record of domain.records) if (record.name === name && record.type === type) record.ttl = ttl
}

const findRecord = (domain: Domain, id: string): DnsRecord =>
  found(domain.records.find((record) => String(record.id) === id))

const fullName = ({ name }: DnsRecord, domain: Domain) =>
  name === '@' ? domain.name : `${name}.${domain.name}`
