import type { Cloud } from '../cloud.ts'
import { applyFirewalls, applyReservedIps } from '../network/edge.ts'
import { unprocessable } from '../wire/errors.ts'
import { forgetImages } from '../images/private-images.ts'
import { dropletUrn, forgetAssignment } from '../projects/project-of.ts'
import type { Droplet, State } from '../state/state.ts'

/** Takes droplets off the account and everything that names them; their machines are noted as leaving. */
export function removeDroplets(draft: State, gone: Droplet[]): void {
  const ids = new Set(gone.map(({ id }) => id))
  // DigitalOcean deletes nothing that is busy: https://github.com/hashicorp/packer/issues/1814
  const busy = draft.actions.some(
    ({ status, resourceType, resourceId }) =>
      status === 'in-progress' && resourceType === 'droplet' && ids.has(resourceId),
  )
  if (busy) throw unprocessable('Droplet already has a pending event.')
  draft.droplets = draft.droplets.filter(({ id }) => !ids.has(id))
  draft.leaving.push(...gone.map(({ id, ipv4 }) => ({ id, ipv4 })))
  for (const firewall of draft.firewalls)
    firewall.dropletIds = firewall.dropletIds.filter((id) => !ids.has(id))
  for (const reserved of draft.reservedIps)
    if (reserved.dropletId !== null && ids.has(reserved.dropletId)) reserved.dropletId = null
  for (const droplet of gone) forgetAssignment(draft, dropletUrn(droplet))
  forgetImages(draft)
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
        await store.settle((draft) => {
          draft.leaving = draft.leaving.filter((left) => left.id !== id)
        })
      }),
    ),
  )
  await applyFirewalls(cloud)
}

/** Removes the copies behind deleted images, except those that a disk is being made from: the next sweep takes them. */
export async function sweepImages({ store, machines, jobs }: Cloud): Promise<void> {
  const inUse = new Set(
    store.state.actions.filter(({ status }) => status === 'in-progress').map(({ params }) => params['image']),
  )
  const free = store.state.leavingImages.filter((id) => !inUse.has(id))
  await Promise.all(
    free.map((id) =>
      jobs.run(`image ${id}`, `remove the disk behind image ${id}`, async () => {
        await machines.removeCapture(id)
        await store.settle((draft) => {
          draft.leavingImages = draft.leavingImages.filter((left) => left !== id)
        })
      }),
    ),
  )
}
