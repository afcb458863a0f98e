import type { Cloud } from '../cloud.ts'
import { dropletActions } from '../droplets/droplet-actions.ts'
import { reconcile } from '../state/reconcile.ts'
import { freshAccount, type State } from '../state/state.ts'

/** Puts another account state into force: machines that it does not know go, those that it knows run or rest as it says. */
export async function replaceAccount(cloud: Cloud, next: Partial<State>): Promise<void> {
  const { store, machines, now } = cloud
  await store.change((draft) => {
    const before = structuredClone(draft)
    const whole: State = { ...freshAccount(now()), ...structuredClone(next) }
    const stay = new Set(whole.droplets.map(({ id }) => id))
    const leaving = before.droplets.filter(({ id }) => !stay.has(id)).map(({ id, ipv4 }) => ({ id, ipv4 }))
    Object.assign(draft, whole, {
      leavingImages: [...before.leavingImages, ...before.images.map(({ id }) => id)].filter(
        (id) => !whole.images.some((image) => image.id === id),
      ),
      leaving: [...before.leaving, ...leaving].filter(({ id }) => !stay.has(id)),
      // Never an id again that something of this account had already.
      nextId: Math.max(before.nextId, highestId(whole) + 1),
    })
  })
  await reconcile(cloud)
  const resting = store.state.droplets.filter(({ status }) => status === 'off')
  await Promise.all(
    resting.map(async (droplet) => {
      if (await machines.running(droplet.id))
        await dropletActions['power_off']?.machine?.(machines, droplet, {})
    }),
  )
}

function highestId(node: unknown): number {
  if (node === null || typeof node !== 'object') return 0
  if (Array.isArray(node)) return Math.max(0, ...node.map(highestId))
  const { id, nextId, ...rest } = node as { id?: unknown; nextId?: unknown }
  const own = typeof id === 'number' ? id : 0
  const next = typeof nextId === 'number' ? nextId - 1 : 0
  return Math.max(own, next, ...Object.values(rest).map(highestId))
}
