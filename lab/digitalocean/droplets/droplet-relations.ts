import type { FastifyInstance } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { wireDroplet } from './droplet-wire.ts'
import { findDroplet } from './droplets.ts'
import { wireFirewall } from '../network/firewalls.ts'
import { page } from '../wire/pages.ts'
import { covers } from '../network/policies.ts'
import { copiesOf, wireImage } from '../images/private-images.ts'

interface ById {
  Params: { id: string }
}

// Dollars a month for each gigabyte: https://www.digitalocean.com/pricing/snapshots
const snapshotPrice = 0.06

/** What belongs to a droplet: its firewalls, copies of its disk, and who it shares its hardware with. */
export function dropletRelations(app: FastifyInstance, { store, now }: Cloud): void {
  const there = ({ id }: { id: string }) => findDroplet(store.state, id)

  app.get<ById>('/droplets/:id/firewalls', async (request) => {
    const droplet = there(request.params)
    const around = store.state.firewalls.filter((firewall) => covers(firewall, droplet))
    return page(request, 'firewalls', around.map(wireFirewall))
  })

  for (const type of ['snapshot', 'backup'] as const)
    app.get<ById>(`/droplets/:id/${type}s`, async (request) => {
      const { id } = there(request.params)
      return page(request, `${type}s`, copiesOf(store.state, id, type).map(wireImage))
    })

  // Droplets boot the kernel on their own disk.
  app.get<ById>('/droplets/:id/kernels', async (request) => {
    there(request.params)
    return page(request, 'kernels', [])
  })

  app.get<ById>('/droplets/:id/neighbors', async ({ params }) => {
    const { id, region } = there(params)
    const others = store.state.droplets.filter((droplet) => droplet.id !== id && droplet.region === region)
    return { droplets: others.map((droplet) => wireDroplet(store.state, droplet, now())) }
  })

  app.get('/reports/droplet_neighbors_ids', async () => {
    // All droplets of a region are on one machine here.
    const regions = [...new Set(store.state.droplets.map(({ region }) => region))]
    const groups = regions.map((slug) =>
      store.state.droplets.filter(({ region }) => region === slug).map(({ id }) => id),
    )
    return { neighbor_ids: groups.filter(({ length }) => length > 1) }
  })

  app.get<ById>('/droplets/:id/destroy_with_associated_resources', async ({ params }) => {
    const { id } = there(params)
    const reserved = store.state.reservedIps
      .filter(({ dropletId }) => dropletId === id)
      .map(({ ip }) => ({ id: ip, name: ip, cost: '0.00' }))
    const snapshots = copiesOf(store.state, id, 'snapshot').map((image) => ({
      id: String(image.id),
      name: image.name,
      cost: (image.sizeGigabytes * snapshotPrice).toFixed(2),
    }))
    return { reserved_ips: reserved, floating_ips: reserved, snapshots, volumes: [], volume_snapshots: [] }
  })
}
