import { carryOut } from '../droplets/carry-out.ts'
import type { Cloud } from '../cloud.ts'
import { specOf } from '../droplets/droplet-spec.ts'
import { applyFirewalls, applyReservedIps } from '../network/edge.ts'
import { sweep, sweepImages } from '../droplets/removal.ts'
import { carryOutOnImage } from '../images/image-actions.ts'
import { endImport } from '../images/images.ts'
import { carryOutOnIp } from '../network/reserved-ip-actions.ts'

const onResource = { droplet: carryOut, image: carryOutOnImage, reserved_ip: carryOutOnIp }

/** Brings the machines to what the state says after a start: what was under way is finished, what should run does. */
export async function reconcile(cloud: Cloud): Promise<void> {
  const { store, machines, jobs } = cloud
  await noteStrays(cloud)
  await sweep(cloud)
  await sweepImages(cloud)
  const underWay = store.state.actions.filter(({ status }) => status === 'in-progress')
  const busy = new Set(underWay.map(({ resourceId }) => resourceId))
  await Promise.all([
    ...underWay.map((action) => onResource[action.resourceType](cloud, action)),
    ...store.state.images
      .filter(({ status }) => status === 'NEW')
      .map(({ id }) => jobs.run(`image ${id}`, `import image ${id}`, () => endImport(cloud, id))),
    ...store.state.droplets
      .filter(({ id, status }) => status === 'active' && !busy.has(id))
      .map((droplet) =>
        jobs.run(`droplet ${droplet.id}`, `power on droplet ${droplet.id}`, async () => {
          // Made anew where there is none: the account may be one that was kept and is back.
          if (!(await machines.running(droplet.id))) await machines.create(specOf(droplet))
        }),
      ),
  ])
  await applyFirewalls(cloud)
  await applyReservedIps(cloud)
  cloud.watch.wake()
}

/** Notes as leaving what is on the machine and not in the account: its state was replaced by an older one. */
async function noteStrays({ store, machines, log, now }: Cloud): Promise<void> {
  const there = await machines.list()
  const { droplets, leaving, images, leavingImages, actions } = store.state
  const known = new Set([...droplets, ...leaving].map(({ id }) => id))
  // A copy that is being made is no image yet.
  const copied = actions.filter(({ status }) => status === 'in-progress').map(({ params }) => params['image'])
  const knownImages = new Set([...images.map(({ id }) => id), ...leavingImages, ...copied])
  const strays = there.machines.filter((id) => !known.has(id))
  const strayImages = there.captures.filter((id) => !knownImages.has(id))
  if (strays.length + strayImages.length === 0) return
  const why = `machines ${strays.join(', ') || 'none'}, images ${strayImages.join(', ') || 'none'}: they are destroyed`
  log({ at: now().toISOString(), error: 'found what the account does not know', why })
  await store.change((draft) => {
    draft.leaving.push(...strays.map((id) => ({ id, ipv4: '' })))
    draft.leavingImages.push(...strayImages)
    draft.nextId = Math.max(draft.nextId, ...[...strays, ...strayImages].map((id) => id + 1))
  })
}
