import type { FastifyInstance } from 'fastify'
import { regions } from './catalog.ts'
import type { Cloud } from './cloud.ts'
import { derivedId } from './derived-id.ts'
import { found } from './errors.ts'
import { page } from './pages.ts'
import type { State } from './state.ts'

/** Each region's default private network; others can't be made here. */
export function vpcs(app: FastifyInstance, { store }: Cloud): void {
  const all = () => regions.map(({ slug }, index) => wireVpc(store.state, slug, index))
  app.get('/vpcs', async (request) => page(request, 'vpcs', all()))
  app.get<{ Params: { id: string } }>('/vpcs/:id', async ({ params }) => ({
    vpc: found(all().find(({ id }) => id === params.id)),
  }))
}

export const defaultVpcId = (state: Readonly<State>, region: string) => derivedId(state, `vpc ${region}`)

/** A droplet's address in its region's private network, which ends as its public one does. */
export function privateAddress(region: string, ipv4: string): string {
  const index = regions.findIndex(({ slug }) => slug === region)
  return `10.${110 + index}.0.${ipv4.split('.').at(-1)}`
}

function wireVpc(state: Readonly<State>, region: string, index: number) {
  const id = defaultVpcId(state, region)
  return {
    id,
    urn: `do:vpc:${id}`,
    name: `default-${region}`,
    description: '',
    region,
    ip_range: `10.${110 + index}.0.0/20`,
    created_at: state.account.createdAt,
    default: true,
  }
}
