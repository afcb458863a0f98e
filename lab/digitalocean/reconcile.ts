import { carryOut } from './carry-out.ts'
import type { Cloud } from './cloud.ts'
import { applyFirewalls, applyReservedIps } from './edge.ts'
import { sweep } from './removal.ts'
import { carryOutOnIp } from './reserved-ip-actions.ts'

/** Brings the machines to what the state says after a start: what was under way is finished, what should run does. */
export async function reconcile(cloud: Cloud): Promise<void> {
  const { store, machines, jobs } = cloud
  await sweep(cloud)
  const underWay = store.state.actions.filter(({ status }) => status === 'in-progress')
  const busy = new Set(underWay.map(({ resourceId }) => resourceId))
  await Promise.all([
    ...underWay.map((action) =>
      action.resourceType === 'droplet' ? carryOut(cloud, action) : carryOutOnIp(cloud, action),
    ),
    ...store.state.droplets
      .filter(({ id, status }) => status === 'active' && !busy.has(id))
      .map(({ id }) =>
        jobs.run(`droplet ${id}`, `power on droplet ${id}`, async () => {
          if (!(await machines.running(id))) await machines.powerOn(id)
        }),
      ),
  ])
  await applyFirewalls(cloud)
  await applyReservedIps(cloud)
}
