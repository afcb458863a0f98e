import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { bodyOf, integers, text, texts, type Body } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { applyFirewalls } from './edge.ts'
import { conflict, found, unprocessable } from '../wire/errors.ts'
import { checkRules, knownDroplets, knownTags, peersOf, rulesIn, type Direction } from './firewall-rules.ts'
import { page } from '../wire/pages.ts'
import { timestamp, type Firewall, type FirewallRule, type State } from '../state/state.ts'

interface ById {
  Params: { id: string }
}

/** Cloud firewalls: an answer means that the rules are in force. */
export function firewalls(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud
  const current = (id: string) => wireFirewall(findFirewall(store.state, id))

  app.get('/firewalls', async (request) =>
    page(request, 'firewalls', store.state.firewalls.map(wireFirewall)),
  )

  app.post('/firewalls', async (request, reply) => {
    const body = bodyOf(request)
    const { id } = await store.change((draft) => {
      const asked = firewallIn(draft, body)
      const made = {
        id: randomUUID(),
        status: 'waiting',
        createdAt: timestamp(cloud.now()),
        ...asked,
      } as const
      draft.firewalls.push(made)
      return made
    })
    await applyFirewalls(cloud)
    return reply.code(202).send({ firewall: current(id) })
  })

  app.get<ById>('/firewalls/:id', async ({ params }) => ({ firewall: current(params.id) }))

  app.put<ById>('/firewalls/:id', async (request) => {
    const { id } = request.params
    const body = bodyOf(request)
    await changeFirewall(cloud, id, (draft, firewall) => Object.assign(firewall, firewallIn(draft, body, id)))
    return { firewall: current(id) }
  })

  app.delete<ById>('/firewalls/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findFirewall(draft, params.id)
      draft.firewalls = draft.firewalls.filter((other) => other !== gone)
    })
    await applyFirewalls(cloud)
    return reply.code(204).send()
  })
}

/** Changes one firewall, then the machines' edge. */
export async function changeFirewall(
  cloud: Cloud,
  id: string,
  edit: (draft: State, firewall: Firewall) => void,
): Promise<void> {
  await cloud.store.change((draft) => {
    const firewall = findFirewall(draft, id)
    edit(draft, firewall)
    checkFirewall(firewall)
    firewall.status = 'waiting'
  })
  await applyFirewalls(cloud)
}

function findFirewall({ firewalls: all }: Readonly<State>, id: string): Firewall {
  return found(all.find((firewall) => firewall.id === id))
}

/** The whole firewall as a request describes it; `id` is its own when it is there already. */
function firewallIn(draft: State, body: Body, id?: string) {
  const name = text(body, 'name')
  if (!name || !/^[a-zA-Z0-9][a-zA-Z0-9.-]{0,254}$/.test(name)) throw unprocessable('invalid name')
  if (draft.firewalls.some((other) => other.name === name && other.id !== id))
    throw conflict('duplicate name')
  const asked = {
    name,
    inbound: rulesIn(draft, body, 'inbound'),
    outbound: rulesIn(draft, body, 'outbound'),
    dropletIds: knownDroplets(draft, integers(body, 'droplet_ids')),
    tags: knownTags(draft, texts(body, 'tags')),
  }
  checkFirewall(asked)
  return asked
}

/** Refuses a firewall that has too little or too much of anything. */
function checkFirewall(firewall: Pick<Firewall, 'inbound' | 'outbound' | 'dropletIds' | 'tags'>): void {
  checkRules(firewall)
  // https://docs.digitalocean.com/products/networking/firewalls/details/limits/
  if (firewall.dropletIds.length > 10) throw unprocessable('a firewall may have at most 10 droplets')
  if (firewall.tags.length > 5) throw unprocessable('a firewall may have at most 5 tags')
}

export function wireFirewall(firewall: Firewall) {
  return {
    id: firewall.id,
    name: firewall.name,
    status: firewall.status,
    created_at: firewall.createdAt,
    pending_changes: [],
    inbound_rules: firewall.inbound.map((rule) => wireRule(rule, 'inbound')),
    outbound_rules: firewall.outbound.map((rule) => wireRule(rule, 'outbound')),
    droplet_ids: firewall.dropletIds,
    tags: firewall.tags,
  }
}

const wireRule = ({ protocol, ports, action, peers }: FirewallRule, direction: Direction) => ({
  protocol,
  ports,
  // In every answer of the real API, though no description has it.
  action: action ?? 'allow',
  [peersOf[direction]]: peers,
})
