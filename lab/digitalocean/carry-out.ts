import { endAction } from './actions.ts'
import type { Cloud } from './cloud.ts'
import { dropletActions } from './droplet-actions.ts'
import { applyFirewalls } from './edge.ts'
import type { Action } from './state.ts'

/** Does what an action on a droplet says, to its end or its failure. A droplet whose creation fails stays new. */
export function carryOut(cloud: Cloud, action: Action): Promise<boolean> {
  const { store, machines, jobs } = cloud
  const { type, params, resourceId: id } = action
  const kind = dropletActions[type] ?? {}

  async function toldMachine(): Promise<void> {
    const droplet = store.state.droplets.find((each) => each.id === id)
    // Deleted while this waited: there is nothing left to do it to.
    if (!droplet) return
    // The cloud firewall stands before there is anything behind it.
    if (type === 'create' && !(await applyFirewalls(cloud)))
      throw new Error('its cloud firewall did not hold')
    await kind.machine?.(machines, droplet, params)
  }

  return jobs.run(`droplet ${id}`, `carry out ${type} on droplet ${id}`, async () => {
    const failure = await toldMachine().then(
      () => undefined,
      (error: Error) => error,
    )
    await store.change((draft) => {
      endAction(draft, action.id, failure ? 'errored' : 'completed', cloud.now())
      const droplet = draft.droplets.find((each) => each.id === id)
      if (!droplet) return
      if (!failure) kind.settle?.(droplet, params, machines)
      if (!failure || type !== 'create') droplet.locked = false
    })
    if (failure) throw failure
    // Rules that name this droplet as a source now mean one address more.
    if (type === 'enable_ipv6') await applyFirewalls(cloud)
  })
}
