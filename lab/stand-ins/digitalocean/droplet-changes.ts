import type { Call } from '../../../plugin/provider.ts'
import { same, type Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import { actionEnds } from './wait.ts'

/** Does something to a droplet and waits for its end. */
export async function act(api: Api, call: Call, id: string, action: object): Promise<void> {
  const answer = await api.call('POST', `/v2/droplets/${id}/actions`, action)
  await actionEnds(api, call, `/v2/actions/${answer.action.id}`)
}

type Step = (api: Api, call: Call, id: string, olds: Bag, news: Bag) => Promise<void>

const resize: Step = async (api, call, id, olds, { size, resizeDisk = true }) => {
  if (same(olds['size'], size)) return
  const { droplet: before } = await api.call('GET', `/v2/droplets/${id}`)
  if (before.status !== 'off') await act(api, call, id, { type: 'power_off' })
  try {
    await act(api, call, id, { type: 'resize', size, disk: resizeDisk })
  } finally {
    // Also when it stays as big as it was.
    await act(api, call, id, { type: 'power_on' })
  }
}

const rename: Step = async (api, call, id, olds, { name }) => {
  if (!same(olds['name'], name)) await act(api, call, id, { type: 'rename', name })
}

const backups: Step = async (api, call, id, olds, news) => {
  const [before, after] = [olds['backups'] ?? false, news['backups'] ?? false]
  const policy = news['backupPolicy'] ? { backup_policy: news['backupPolicy'] } : {}
  if (before !== after)
    await act(api, call, id, after ? { type: 'enable_backups', ...policy } : { type: 'disable_backups' })
  else if (after && news['backupPolicy'] && !same(olds['backupPolicy'], news['backupPolicy']))
    await act(api, call, id, { type: 'change_backup_policy', ...policy })
}

const ipv6: Step = async (api, call, id, olds, news) => {
  const [before, after] = [olds['ipv6'] ?? false, news['ipv6'] ?? false]
  if (!before && after) await act(api, call, id, { type: 'enable_ipv6' })
  if (before && !after)
    throw new Error('IPv6 can be enabled on a droplet and not disabled: replace the droplet')
}

const tags: Step = async (api, _call, id, olds, news) => {
  const [before, after] = [tagsOf(olds), tagsOf(news)]
  const resources = [{ resource_id: id, resource_type: 'droplet' }]
  for (const name of before.filter((tag) => !after.includes(tag)))
    await api.call('DELETE', `/v2/tags/${encodeURIComponent(name)}/resources`, { resources })
  for (const name of after.filter((tag) => !before.includes(tag))) {
    await api.call('POST', '/v2/tags', { name })
    await api.call('POST', `/v2/tags/${encodeURIComponent(name)}/resources`, { resources })
  }
}

const tagsOf = (bag: Bag) => (bag['tags'] as string[] | undefined) ?? []

/** What turns one droplet into another without replacing it, in the official plugin's order. */
export const dropletChanges = [resize, rename, backups, ipv6, tags]
