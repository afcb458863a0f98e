import type { Call } from '../../../plugin/provider.ts'
import { HalfMade } from '../../../plugin/provider.ts'
import type { Bag } from '../../../plugin/values.ts'
import { isGone, type Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { dropletChanges } from './droplet-changes.ts'
import { orderOf, propertiesOf } from './droplet-properties.ts'
import { dropletShows } from './droplet-state.ts'
import { explaining } from './wait.ts'

/** A droplet: created and changed in waits for what it shows. */
export const droplet = (api: Api): Behaviour => ({
  check: (inputs) =>
    inputs['backupPolicy'] && !inputs['backups']
      ? [{ property: 'backupPolicy', reason: policyWithoutBackups }]
      : [],
  // https://github.com/digitalocean/terraform-provider-digitalocean/issues/981
  recomputed: (olds, news) => (news['ipv6'] === true && olds['ipv6'] !== true ? ['ipv6Address'] : []),
  async create(inputs, call) {
    const answer = await api.call('POST', '/v2/droplets', orderOf(inputs))
    const id = String(answer.droplet.id)
    await explaining(
      `Error waiting for droplet (${id}) to become ready`,
      boots(api, call, id, answer.links),
    ).catch((error: Error) => {
      // It is there, and the next run has to know of it.
      throw new HalfMade(id, inputs, error)
    })
    return id
  },
  async read(id, _known, importing = false) {
    const answer = await api.find(`/v2/droplets/${id}`)
    if (!answer) return undefined
    const { image, ...found } = propertiesOf(answer.droplet)
    // What a slug means changes with every new image, so it is told once:
    // https://github.com/digitalocean/terraform-provider-digitalocean/issues/152
    return importing ? { ...found, image } : found
  },
  async update(id, olds, news, call) {
    for (const change of dropletChanges) await change(api, call, id, olds, news)
  },
  async delete(id, known, call) {
    const unlocked = `Error waiting for droplet to be unlocked for destroy (${id})`
    await explaining(unlocked, dropletShows(api, call, id, { name: 'locked', target: 'false', pending: [] }))
    if (known['gracefulShutdown']) await shutDown(api, call, id)
    await api.call('DELETE', `/v2/droplets/${id}`).catch((error: unknown) => {
      if (!isGone(error)) throw error
    })
    const gone = {
      name: 'status',
      target: 'Not Found',
      pending: ['active', 'off', 'new', 'archive'],
    } as const
    await explaining('Error deleting droplet', dropletShows(api, call, id, gone))
  },
})

export const policyWithoutBackups = 'backup_policy can only be set when backups are enabled'

/** Waits until the droplet is active; that it will never be, the lab's action says long before the official wait ends. */
async function boots(api: Api, call: Call, id: string, links: Bag): Promise<void> {
  const [first] = (links['actions'] ?? []) as { id: number }[]
  await dropletShows(api, call, id, {
    name: 'status',
    target: 'active',
    pending: ['new'],
    isNew: true,
    async otherwise() {
      const action = first && (await api.find(`/v2/actions/${first.id}`))?.action
      return action?.status === 'errored' ? 'errored' : undefined
    },
  })
}

async function shutDown(api: Api, call: Call, id: string): Promise<void> {
  const asked = api.call('POST', `/v2/droplets/${id}/actions`, { type: 'shutdown' })
  await explaining(`Error shutting down the the droplet (${id})`, asked)
  const off = dropletShows(api, call, id, { name: 'status', target: 'off', pending: ['active'] })
  await explaining(`Error waiting for droplet (${id}) to become off`, off)
}
