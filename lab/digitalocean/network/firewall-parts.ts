import type { FastifyInstance } from 'fastify'
import { bodyOf, integers, texts } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { knownDroplets, knownTags, rulesIn } from './firewall-rules.ts'
import { changeFirewall } from './firewalls.ts'

interface ById {
  Params: { id: string }
}

/** Droplets, tags and rules of a firewall, added and taken away one by one. */
export function firewallParts(app: FastifyInstance, cloud: Cloud): void {
  app.post<ById>('/firewalls/:id/droplets', async (request, reply) => {
    const ids = integers(bodyOf(request), 'droplet_ids')
    await changeFirewall(cloud, request.params.id, (draft, firewall) => {
      firewall.dropletIds = [...new Set([...firewall.dropletIds, ...knownDroplets(draft, ids)])]
    })
    return reply.code(204).send()
  })

  app.delete<ById>('/firewalls/:id/droplets', async (request, reply) => {
    const ids = integers(bodyOf(request), 'droplet_ids')
    await changeFirewall(cloud, request.params.id, (_draft, firewall) => {
      firewall.dropletIds = firewall.dropletIds.filter((id) => !ids.includes(id))
    })
    return reply.code(204).send()
  })

  app.post<ById>('/firewalls/:id/tags', async (request, reply) => {
    const names = texts(bodyOf(request), 'tags')
    await changeFirewall(cloud, request.params.id, (draft, firewall) => {
      firewall.tags = [...new Set([...firewall.tags, ...knownTags(draft, names)])]
    })
    return reply.code(204).send()
  })

  app.delete<ById>('/firewalls/:id/tags', async (request, reply) => {
    const names = texts(bodyOf(request), 'tags')
    await changeFirewall(cloud, request.params.id, (_draft, firewall) => {
      firewall.tags = firewall.tags.filter((tag) => !names.includes(tag))
    })
    return reply.code(204).send()
  })

  app.post<ById>('/firewalls/:id/rules', async (request, reply) => {
    const body = bodyOf(request)
    await changeFirewall(cloud, request.params.id, (draft, firewall) => {
      for (const direction of ['inbound', 'outbound'] as const)
        firewall[direction] = [...firewall[direction], ...rulesIn(draft, body, direction)]
    })
    return reply.code(204).send()
  })

  app.delete<ById>('/firewalls/:id/rules', async (request, reply) => {
    const body = bodyOf(request)
    await changeFirewall(cloud, request.params.id, (draft, firewall) => {
      for (const direction of ['inbound', 'outbound'] as const) {
        const gone = new Set(rulesIn(draft, body, direction).map((rule) => JSON.stringify(rule)))
        firewall[direction] = firewall[direction].filter((rule) => !gone.has(JSON.stringify(rule)))
      }
    })
    return reply.code(204).send()
  })
}
