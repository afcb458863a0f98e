import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyOf } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { conflict, forbidden, found } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { dropletUrn } from '../projects/project-of.ts'
import { timestamp, type Droplet, type State, type Vpc } from '../state/state.ts'
import { numberedAddress, readRange } from './ip-range.ts'
import { changedVpcIn, newVpcIn } from './vpc-fields.ts'
import { defaultVpc, vpcOfDroplet, vpcsIn } from './vpc-of.ts'

interface ById {
  Params: { id: string }
  Querystring: { resource_type?: string }
}

/** Private networks as far as droplets show them; no packet goes through one here. */
export function vpcs(app: FastifyInstance, { store, now }: Cloud): void {
  app.get('/vpcs', async (request) => page(request, 'vpcs', vpcsIn(store.state).map(wireVpc)))

  app.post('/vpcs', async (request, reply) => {
    const body = bodyOf(request)
    const vpc = await store.change((draft) => {
      const made = {
        id: randomUUID(),
        ...newVpcIn(draft, body),
        isDefault: false,
        createdAt: timestamp(now()),
      }
      draft.vpcs.push(made)
      return made
    })
    return reply.code(201).send({ vpc: wireVpc(vpc) })
  })

  app.get<ById>('/vpcs/:id', async ({ params }) => ({ vpc: wireVpc(findVpc(store.state, params.id)) }))

  const change = async (request: FastifyRequest<ById>) => {
    const body = bodyOf(request)
    const vpc = await store.change((draft) => {
      const known = noted(draft, findVpc(draft, request.params.id))
      const asked = changedVpcIn(draft, body, known)
      if (asked.isDefault && !known.isDefault) endDefault(draft, known.region)
      return Object.assign(known, asked)
    })
    return { vpc: wireVpc(vpc) }
  }
  app.put<ById>('/vpcs/:id', change)
  app.patch<ById>('/vpcs/:id', change)

  app.delete<ById>('/vpcs/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findVpc(draft, params.id)
      if (gone.isDefault) throw forbidden('Can not delete default VPCs')
      // 409, where the documentation says 403.
      if (membersOf(draft, gone).length > 0) throw conflict('Can not delete VPC with members')
      draft.vpcs = draft.vpcs.filter(({ id }) => id !== gone.id)
    })
    return reply.code(204).send()
  })

  app.get<ById>('/vpcs/:id/members', async (request) => {
    const vpc = findVpc(store.state, request.params.id)
    const { resource_type: type } = request.query
    const members = !type || type === 'droplet' ? membersOf(store.state, vpc) : []
    return page(
      request,
      'members',
      members.map((droplet) => ({
        urn: dropletUrn(droplet),
        name: droplet.name,
        created_at: droplet.createdAt,
      })),
    )
  })
}

const findVpc = (state: Readonly<State>, id: string): Vpc => found(vpcsIn(state).find((vpc) => vpc.id === id))

/** The network as the draft keeps it; one that was there from the start is noted now. */
function noted(draft: State, vpc: Vpc): Vpc {
  const known = draft.vpcs.find(({ id }) => id === vpc.id)
  if (known) return known
  draft.vpcs.push(vpc)
  return vpc
}

/** Ends the region's present default; droplets that went there without being asked stay. */
function endDefault(draft: State, region: string): void {
  const former = noted(draft, defaultVpc(draft, region))
  for (const droplet of draft.droplets) if (droplet.region === region) droplet.vpcId ??= former.id
  former.isDefault = false
}

const membersOf = (state: Readonly<State>, vpc: Vpc): Droplet[] =>
  state.droplets.filter((droplet) => vpcOfDroplet(state, droplet).id === vpc.id)

function wireVpc({ id, name, description, region, ipRange, isDefault, createdAt }: Vpc) {
  const { first = 0, size = 0 } = readRange(ipRange) ?? {}
  return {
    id,
    urn: `do:vpc:${id}`,
    name,
    description,
    region,
    ip_range: ipRange,
    resolver_ip: numberedAddress(first + size - 2),
    created_at: createdAt,
    default: isDefault,
  }
}
