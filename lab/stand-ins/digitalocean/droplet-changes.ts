import type { Call } from '../../../plugin/provider.ts'
import { same, type Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import { dropletShows } from './droplet-state.ts'
import { actionEnds, explaining } from './wait.ts'

type Change = (api: Api, call: Call, id: string, olds: Bag, news: Bag) => Promise<void>

const act = async (api: Api, id: string, action: object) =>
  api.call('POST', `/v2/droplets/${id}/actions`, action)

const powerOn = async (api: Api, call: Call, id: string): Promise<void> => {
  await act(api, id, { type: 'power_on' })
  await dropletShows(api, call, id, { name: 'status', target: 'active', pending: ['off'] })
}

const resize: Change = async (api, call, id, olds, { size, resizeDisk: disk }) => {
  if (same(olds['size'], size)) return
  const off = act(api, id, { type: 'power_off' }).catch((error: Error) => {
    if (!error.message.includes('Droplet is already powered off')) throw error
  })
  await explaining(`Error powering off droplet (${id})`, off)
  const shown = dropletShows(api, call, id, { name: 'status', target: 'off', pending: ['active'] })
  await explaining(`Error waiting for droplet (${id}) to become powered off`, shown)
  try {
    const resizing = act(api, id, { type: 'resize', size, disk })
    const { action } = await explaining(`Error resizing droplet (${id})`, resizing)
    const ended = actionEnds(api, call, action.id)
    await explaining(`Error waiting for resize droplet (${id}) to finish`, ended)
  } catch (error) {
    await explaining(`Error powering on droplet (${id}) after failed resize`, powerOn(api, call, id))
    throw error
  }
  await explaining(`Error powering on droplet (${id}) after resize`, powerOn(api, call, id))
}

const rename: Change = async (api, call, id, olds, { name }) => {
  if (same(olds['name'], name)) return
  await explaining(`Error renaming droplet (${id})`, act(api, id, { type: 'rename', name }))
  const wish = { name: 'name', target: String(name), pending: ['', String(olds['name'])] } as const
  const shown = dropletShows(api, call, id, wish)
  await explaining(`Error waiting for rename droplet (${id}) to finish`, shown)
}

const backups: Change = async (api, call, id, olds, news) => {
  const policy = news['backupPolicy'] ? { backup_policy: news['backupPolicy'] } : {}
  const perform = async (type: string, doing: string, done: string): Promise<void> => {
    const fields = type === 'disable_backups' ? {} : policy
    const { action } = await explaining(`${doing} (${id})`, act(api, id, { type, ...fields }))
    await explaining(`${done} for droplet (${id})`, actionEnds(api, call, action.id))
  }
  if (!same(olds['backups'] ?? false, news['backups'])) {
    if (news['backups'])
      await perform(
        'enable_backups',
        'Error enabling backups on droplet',
        'Error waiting for backups to be enabled',
      )
    else
      await perform(
        'disable_backups',
        'Error disabling backups on droplet',
        'Error waiting for backups to be disabled',
      )
  }
  if (news['backupPolicy'] && !same(olds['backupPolicy'], news['backupPolicy']))
    await perform(
      'change_backup_policy',
      'error changing backup policy on droplet',
      'error waiting for backup policy to be changed',
    )
}

const ipv6: Change = async (api, call, id, olds, news) => {
  if ((olds['ipv6'] ?? false) || !news['ipv6']) return
  await explaining(`Error turning on ipv6 for droplet (${id})`, act(api, id, { type: 'enable_ipv6' }))
  const shown = dropletShows(api, call, id, { name: 'ipv6', target: 'true', pending: ['false'] })
  await explaining(`Error waiting for ipv6 to be turned on for droplet (${id})`, shown)
  await call.warn('Enabling IPv6 requires additional OS-level configuration')
}

const tags: Change = async (api, _call, id, olds, news) => {
  const [before, after] = [tagsOf(olds), tagsOf(news)]
  const resources = [{ resource_id: id, resource_type: 'droplet' }]
  const change = async (): Promise<void> => {
    for (const name of before.filter((tag) => !after.includes(tag)))
      await api.call('DELETE', at(name), { resources })
    for (const name of after.filter((tag) => !before.includes(tag))) {
      await api.call('POST', '/v2/tags', { name })
      await api.call('POST', at(name), { resources })
    }
  }
  await explaining('Error updating tags', change())
}

const at = (name: string) => `/v2/tags/${encodeURIComponent(name)}/resources`

const tagsOf = (bag: Bag) => (bag['tags'] as string[] | undefined) ?? []

/** What turns one droplet into another without replacing it, in the official plugin's order. */
export const dropletChanges = [resize, rename, backups, ipv6, tags]
