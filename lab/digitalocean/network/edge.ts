import type { Cloud } from '../cloud.ts'
import { policies } from './policies.ts'

/** Puts the cloud firewall of the whole account into force and says so on each firewall that waited for it. */
export async function applyFirewalls({ store, machines, jobs }: Cloud): Promise<boolean> {
  const applied = await jobs.run('filter', 'put the cloud firewall into force', () =>
    machines.filter(policies(store.state)),
  )
  const status = applied ? 'succeeded' : 'failed'
  if (store.state.firewalls.some((firewall) => firewall.status === 'waiting'))
    await store.settle((draft) => {
      for (const firewall of draft.firewalls) if (firewall.status === 'waiting') firewall.status = status
    })
  return applied
}

/** Leads every assigned reserved IP to its droplet's machine. */
export function applyReservedIps({ store, machines, jobs }: Cloud): Promise<boolean> {
  return jobs.run('reserve', 'lead the reserved IPs to their droplets', () =>
    machines.reserve(
      store.state.reservedIps.flatMap(({ ip, dropletId }) =>
        dropletId === null ? [] : [{ ip, machineId: dropletId }],
      ),
    ),
  )
}
