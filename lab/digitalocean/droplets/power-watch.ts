import { performance } from 'node:perf_hooks'
import type { Cloud } from '../cloud.ts'

const lookMs = 1000
const watches = new WeakMap<Cloud, () => Promise<void>>()

/** Looks, at most once a second, which droplets have been switched off from inside, and says so in the state. */
export function powerWatch(cloud: Cloud): () => Promise<void> {
  const known = watches.get(cloud)
  if (known) return known
  let lookedAt = -Infinity
  let last = Promise.resolve()
  const watch = () => {
    // The machine's own time: the clock of the lab may be moved.
    if (performance.now() - lookedAt >= lookMs) {
      lookedAt = performance.now()
      // Who can't look goes by what was known.
      last = lookAtAll(cloud).catch(() => undefined)
    }
    return last
  }
  watches.set(cloud, watch)
  return watch
}

async function lookAtAll({ store, machines, jobs }: Cloud): Promise<void> {
  const shouldRun = () => store.state.droplets.filter(({ status, locked }) => status === 'active' && !locked)
  await Promise.all(
    shouldRun().map(async ({ id }) => {
      if (await machines.running(id)) return
      // Once more in its turn: it may have been on its way up.
      await jobs.run(`droplet ${id}`, `see that droplet ${id} is off`, async () => {
        if (!shouldRun().some((droplet) => droplet.id === id) || (await machines.running(id))) return
        await store.change((draft) => {
          const droplet = draft.droplets.find((each) => each.id === id)
          if (droplet && !droplet.locked) droplet.status = 'off'
        })
      })
    }),
  )
}
