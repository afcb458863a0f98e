import { endAction } from '../actions.ts'
import type { Cloud } from '../cloud.ts'
import { dropletActions } from './droplet-actions.ts'
import { applyFirewalls } from '../network/edge.ts'
import { sweepImages } from './removal.ts'
import type { Action } from '../state/state.ts'

/** Does what an action on a droplet says, to its end or its failure. A droplet whose creation fails stays new. */
export function carryOut(cloud: Cloud, action: Action): Promise<boolean> {
  const { store, machines, jobs } = cloud
  const { type, params, startedAt, resourceId: id } = action
  const kind = dropletActions[type] ?? {}

  async function toldMachine(): Promise<{ bytes: number } | undefined> {
    await cloud.delay(type)
    const droplet = store.state.droplets.find((each) => each.id === id)
    if (!droplet) throw new Error('the droplet is gone')
    // The cloud firewall stands before there is anything behind it.
    if (type === 'create' && !(await applyFirewalls(cloud)))
      throw new Error('its cloud firewall did not hold')
    return (await kind.machine?.(machines, droplet, params)) ?? undefined
  }

  return jobs.run(`droplet ${id}`, `carry out ${type} on droplet ${id}`, async () => {
    const { made, failure } = await toldMachine().then(
      (bytes) => ({ made: bytes, failure: undefined }),
      (error: Error) => ({ made: undefined, failure: error }),
    )
    await store.settle((draft) => {
      endAction(draft, action.id, failure ? 'errored' : 'completed', cloud.now())
      if (failure) kind.abandon?.(draft, params)
      const droplet = draft.droplets.find((each) => each.id === id)
      if (!droplet) return
      if (!failure) kind.settle?.(droplet, params, { draft, machines, startedAt, made })
      if (!failure || type !== 'create') droplet.locked = false
    })
    if (store.state.leavingImages.length > 0) await sweepImages(cloud)
    if (failure) throw failure
    // Rules that name this droplet as a source now mean one address more.
    if (type === 'enable_ipv6') await applyFirewalls(cloud)
  })
}
