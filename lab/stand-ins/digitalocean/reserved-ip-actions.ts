import type { Call } from '../../../plugin/provider.ts'
import type { Api } from './api.ts'
import { explaining, waitForState } from './wait.ts'

/** Leads the address to the droplet, once nothing else is under way there. */
export async function assign(api: Api, call: Call, ip: string, dropletId: number): Promise<void> {
  const ready = `Error waiting for droplet (${dropletId}) to be ready for reserved IP assign`
  await explaining(ready, dropletIsIdle(api, call, dropletId))
  const asked = api.call('POST', `/v2/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: dropletId })
  const { action } = await explaining(`Error Assigning reserved IP (${ip}) to the droplet`, asked)
  const leads = (droplet: { id: number } | null) => droplet?.id === dropletId
  const words = `Error waiting for reserved IP (${ip}) to be Assigned`
  await explaining(words, actionEnds(api, call, ip, action.id, leads))
}

/** Leads the address nowhere. */
export async function unassign(api: Api, call: Call, ip: string): Promise<void> {
  const { action } = await api.call('POST', `/v2/reserved_ips/${ip}/actions`, { type: 'unassign' })
  const words = `Error waiting for reserved IP (${ip}) to be unassigned`
  await explaining(
    words,
    actionEnds(api, call, ip, action.id, (droplet) => !droplet),
  )
}

/** Waits for the action; one that can't be found has ended when the address shows what was wished. */
async function actionEnds(
  api: Api,
  call: Call,
  ip: string,
  id: number,
  isDone: (droplet: { id: number } | null) => boolean,
): Promise<void> {
  await waitForState(call, { target: 'completed', pending: ['new', 'in-progress'] }, async () => {
    const found = await api.find(`/v2/reserved_ips/${ip}/actions/${id}`)
    if (found) return { state: found.action.status }
    const address = await api.find(`/v2/reserved_ips/${ip}`)
    return address && isDone(address.reserved_ip.droplet) ? { state: 'completed' } : undefined
  })
}

async function dropletIsIdle(api: Api, call: Call, id: number): Promise<void> {
  const wish = { target: 'ready', pending: ['waiting'], timeoutMs: 2 * 60_000 }
  await waitForState(call, wish, async () => {
    // Errors count here, also that there is no such droplet.
    const { actions } = await explaining(
      `Error retrieving droplet (${id}) actions`,
      api.call('GET', `/v2/droplets/${id}/actions?per_page=50`),
    )
    const busy = actions.some(({ status }: { status: string }) => !['completed', 'errored'].includes(status))
    return { state: busy ? 'waiting' : 'ready' }
  })
}
