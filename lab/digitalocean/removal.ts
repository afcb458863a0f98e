import type { Cloud } from './cloud.ts'
import { applyFirewalls, applyReservedIps } from './edge.ts'
import type { Droplet, State } from './state.ts'

/** Takes droplets off the account and everything that names them; their machines are noted as leaving. */
export function removeDroplets(draft: State, gone: Droplet[]): void {
  const ids = new Set(gone.map(({ id }) => id))
  draft.droplets = draft.droplets.filter(({ id }) => !ids.has(id))
  draft.leaving.push(...gone.map(({ id, ipv4 }) => ({ id, ipv4 })))
  for (const firewall of draft.firewalls)
    firewall.dropletIds = firewall.dropletIds.filter((id) => !ids.has(id))
  for (const reserved of draft.reservedIps)
    if (reserved.dropletId !== null && ids.has(reserved.dropletId)) reserved.dropletId = null
}

/** Destroys the machines of deleted droplets; what fails stays noted and is tried again by the next sweep. */
export async function sweep(cloud: Cloud): Promise<void> {
  const { store, machines, jobs } = cloud
  // Traffic stops before the machine does.
  await applyReservedIps(cloud)
  await Promise.all(
    store.state.leaving.map(({ id }) =>
      jobs.run(`droplet ${id}`, `destroy the machine of droplet ${id}`, async () => {
        await machines.destroy(id)
        await store.change((draft) => {
          draft.leaving = draft.leaving.filter((left) => left.id !== id)
        })
      }),
    ),
  )
  await applyFirewalls(cloud)
}
