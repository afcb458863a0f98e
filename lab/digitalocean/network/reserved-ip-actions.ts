import { endAction, startAction } from '../actions.ts'
import { integer, text, type Body } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { applyReservedIps } from './edge.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { addressNumber } from './ip-range.ts'
import { assignTo, dropletUrn, projectIdOf, reservedIpUrn } from '../projects/project-of.ts'
import type { Action, State } from '../state/state.ts'

/** Checks what is asked of a reserved IP and notes it as under way. */
export function acceptReservedIpAction(
  draft: State,
  ip: string,
  body: Body,
  now: Date,
  words: 'reserved IP' | 'floating IP',
): Action {
  const reserved = found(draft.reservedIps.find((each) => each.ip === ip))
  if (reserved.locked) throw unprocessable(`The ${words} already has a pending event.`)
  const about = {
    resourceType: 'reserved_ip',
    resourceId: addressNumber(ip),
    region: reserved.region,
  } as const
  switch (text(body, 'type')) {
    case 'assign': {
      const dropletId = integer(body, 'droplet_id')
      if (dropletId === undefined) throw unprocessable('Droplet id is required.')
      const droplet = draft.droplets.find(({ id }) => id === dropletId)
      if (!droplet) throw unprocessable('Droplet does not exist.')
      if (droplet.locked) throw unprocessable('Droplet already has a pending event.')
      if (droplet.region !== reserved.region)
        throw unprocessable(`The ${words} and the Droplet must be in the same region.`)
      // Also when it is this very address.
      if (draft.reservedIps.some((each) => each.dropletId === dropletId))
        throw unprocessable(`Droplet already has a ${words}.`)
      if (isPromised(draft, dropletId)) throw unprocessable('Droplet already has a pending event.')
      reserved.locked = true
      return startAction(draft, now, { type: 'assign_ip', ...about, params: { ip, dropletId } })
    }
    case 'unassign':
      if (reserved.dropletId === null) throw unprocessable(`The ${words} is not currently assigned.`)
      reserved.locked = true
      return startAction(draft, now, { type: 'unassign_ip', ...about, params: { ip } })
    case undefined:
    default:
      throw unprocessable('type must be assign or unassign')
  }
}

/** Whether another address is on its way to that droplet. */
const isPromised = (state: Readonly<State>, dropletId: number) =>
  state.actions.some(
    ({ type, status, params }) =>
      type === 'assign_ip' && status === 'in-progress' && params['dropletId'] === dropletId,
  )

/** Leads the address to its new droplet, or nowhere; when that fails, it leads where it did. */
export function carryOutOnIp(cloud: Cloud, action: Action): Promise<boolean> {
  const { store, jobs, now } = cloud
  const { ip, dropletId } = action.params
  const lead = (to: number | null) =>
    store.settle((draft) => {
      const reserved = draft.reservedIps.find((each) => each.ip === ip)
      const there = draft.droplets.some(({ id }) => id === to)
      if (!reserved) return
      reserved.dropletId = there ? to : null
      // An address is in the project of its droplet, and stays there without it.
      if (reserved.dropletId === null) return
      const projectId = projectIdOf(draft, dropletUrn({ id: reserved.dropletId }))
      assignTo(draft, projectId, reservedIpUrn(reserved), now())
    })
  return jobs.run(`reserved ip ${String(ip)}`, `carry out ${action.type} on ${String(ip)}`, async () => {
    await cloud.delay(action.type)
    const before = store.state.reservedIps.find((each) => each.ip === ip)?.dropletId ?? null
    await lead(typeof dropletId === 'number' ? dropletId : null)
    const applied = await applyReservedIps(cloud)
    if (!applied) await lead(before)
    await store.settle((draft) => {
      endAction(draft, action.id, applied ? 'completed' : 'errored', now())
      const reserved = draft.reservedIps.find((each) => each.ip === ip)
      if (reserved) reserved.locked = false
    })
  })
}

export const actionsOnIp = (state: Readonly<State>, ip: string) =>
  state.actions.filter(
    ({ resourceType, resourceId }) => resourceType === 'reserved_ip' && resourceId === addressNumber(ip),
  )
