import type { FastifyInstance } from 'fastify'
import type { Cloud } from './cloud.ts'
import { derivedId } from './derived-id.ts'
import { notFound } from './errors.ts'
import { page } from './pages.ts'
import type { State } from './state.ts'

/** The default project, which everything is in; the lab has no others. */
export function projects(app: FastifyInstance, { store }: Cloud): void {
  app.get('/projects', async (request) => page(request, 'projects', [wireProject(store.state)]))

  app.get<{ Params: { id: string } }>('/projects/:id', async ({ params }) => {
    refuseOthers(store.state, params.id)
    return { project: wireProject(store.state) }
  })

  app.get<{ Params: { id: string } }>('/projects/:id/resources', async (request) => {
    refuseOthers(store.state, request.params.id)
    const { droplets, domains, reservedIps, account } = store.state
    const urns: [urn: string, path: string, since: string][] = [
      ...droplets.map(
        ({ id, createdAt }) => [`droplet:${id}`, `droplets/${id}`, createdAt] as [string, string, string],
      ),
      ...domains.map(
        ({ name }) => [`domain:${name}`, `domains/${name}`, account.createdAt] as [string, string, string],
      ),
      // Listed under their old name: https://github.com/digitalocean/terraform-provider-digitalocean/issues/1031
      ...reservedIps.map(
        ({ ip }) => [`floatingip:${ip}`, `floating_ips/${ip}`, account.createdAt] as [string, string, string],
      ),
    ]
    const origin = `${request.protocol}://${request.host}`
    const resources = urns.map(([urn, path, since]) => ({
      urn: `do:${urn}`,
      assigned_at: since,
      links: { self: `${origin}/v2/${path}` },
      status: 'ok',
    }))
    return page(request, 'resources', resources)
  })
}

export const defaultProjectId = (state: Readonly<State>) => derivedId(state, 'default project')

function refuseOthers(state: Readonly<State>, id: string): void {
  if (id !== 'default' && id !== defaultProjectId(state)) throw notFound()
}

function wireProject(state: Readonly<State>) {
  return {
    id: defaultProjectId(state),
    owner_uuid: derivedId(state, 'team'),
    owner_id: 1,
    name: 'lab',
    description: 'Update your project information under Settings',
    purpose: 'Other',
    environment: 'Development',
    is_default: true,
    created_at: state.account.createdAt,
    updated_at: state.account.createdAt,
  }
}
