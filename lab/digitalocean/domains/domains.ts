import type { FastifyInstance } from 'fastify'
import { bodyOf, text } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { assignTo, defaultProject, domainUrn, forgetAssignment } from '../projects/project-of.ts'
import { recordIn } from './record-data.ts'
import { takeId, type DnsRecord, type Domain, type State } from '../state/state.ts'
import { zoneFile } from './zone-file.ts'

const defaultTtl = 1800
const domainName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

// Reserved by RFC 2606. Its other two, .example and .localhost, are what labs and their tests live under.
const refusedTlds = /\.(test|invalid|\d+)$/

/** DNS zones; each is born with its SOA and three name servers. */
export function domains(app: FastifyInstance, { store, now }: Cloud): void {
  app.get('/domains', async (request) => page(request, 'domains', store.state.domains.map(wireDomain)))

  app.post('/domains', async (request, reply) => {
    const body = bodyOf(request)
    const name = text(body, 'name')?.toLowerCase()
    if (!name) throw unprocessable("Name can't be blank")
    if (name.length > 253 || !domainName.test(name) || refusedTlds.test(name))
      throw unprocessable('Name is not a valid domain name')
    const address = text(body, 'ip_address')
    await store.change((draft) => {
      if (draft.domains.some((other) => other.name === name))
        throw unprocessable(`domain '${name}': name already exists`)
      const domain: Domain = { name, records: [] }
      const add = (fields: Pick<DnsRecord, 'type' | 'data'>) => domain.records.push(zoneRecord(draft, fields))
      add({ type: 'SOA', data: String(defaultTtl) })
      for (const number of [1, 2, 3]) add({ type: 'NS', data: `ns${number}.digitalocean.com` })
      if (address) {
        const asked = recordIn(domain, { type: 'A', name: '@', data: address, ttl: 3600 })
        domain.records.push({ id: takeId(draft), ...asked })
      }
      draft.domains.push(domain)
      assignTo(draft, defaultProject(draft).id, domainUrn(name), now())
    })
    // The zone file takes the real API a moment.
    return reply.code(201).send({ domain: { name, ttl: defaultTtl, zone_file: '' } })
  })

  app.get<{ Params: { domain: string } }>('/domains/:domain', async ({ params }) => ({
    domain: wireDomain(findDomain(store.state, params.domain)),
  }))

  app.delete<{ Params: { domain: string } }>('/domains/:domain', async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findDomain(draft, params.domain)
      draft.domains = draft.domains.filter((other) => other !== gone)
      forgetAssignment(draft, domainUrn(gone.name))
    })
    return reply.code(204).send()
  })
}

export function findDomain(state: Readonly<State>, name: string): Domain {
  return found(state.domains.find((domain) => domain.name === name.toLowerCase()))
}

const wireDomain = (domain: Domain) => ({ name: domain.name, ttl: defaultTtl, zone_file: zoneFile(domain) })

function zoneRecord(draft: State, { type, data }: Pick<DnsRecord, 'type' | 'data'>): DnsRecord {
  const nothing = { priority: null, port: null, weight: null, flags: null, tag: null }
  return { id: takeId(draft), type, name: '@', data, ttl: defaultTtl, ...nothing }
}
