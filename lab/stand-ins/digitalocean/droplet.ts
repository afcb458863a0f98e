import { createHash } from 'node:crypto'
import { HalfMade, type Call } from '../../../plugin/provider.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'
import { act, dropletChanges } from './droplet-changes.ts'
import { orderOf, propertiesOf } from './droplet-properties.ts'
import { dropletIsIdle, until } from './wait.ts'

/** A droplet: created and changed in waits for the actions behind it. */
export const droplet = (api: Api): Behaviour => ({
  canonical(property, value) {
    return property === 'sshKeys' || property === 'tags' ? (value as unknown[]).map(String).toSorted() : value
  },
  // As a digest, like in the official plugin: it is long, and may hold secrets.
  shown: ({ userData, ...outputs }) => ({
    ...outputs,
    ...(userData === undefined
      ? {}
      : { userData: createHash('sha1').update(textOf(userData)).digest('hex') }),
  }),
  async create(inputs, call) {
    const answer = await api.call('POST', '/v2/droplets', orderOf(inputs))
    const id = String(answer.droplet.id)
    await booted(api, call, id, answer.links.actions[0]?.id).catch((error: Error) => {
      // Cancelled or out of time: it may be there yet, and the next run has to know of it.
      throw error instanceof BootFailed ? error : new HalfMade(id, inputs, error)
    })
    return id
  },
  async read(id) {
    const answer = await api.find(`/v2/droplets/${id}`)
    return answer ? propertiesOf(answer.droplet) : undefined
  },
  async update(id, olds, news, call) {
    await booted(api, call, id)
    for (const step of dropletChanges) await step(api, call, id, olds, news)
  },
  async delete(id, { inputs }, call) {
    await dropletIsIdle(api, call, id)
    const there = await api.find(`/v2/droplets/${id}`)
    if (!there) return
    if (inputs['gracefulShutdown'] && there.droplet.status === 'active')
      await act(api, call, id, { type: 'shutdown' })
    await api.delete(`/v2/droplets/${id}`)
    await until(call, `droplet ${id} to be gone`, async () =>
      (await api.find(`/v2/droplets/${id}`)) ? undefined : true,
    )
  },
})

class BootFailed extends Error {}

/** Waits until the droplet is active and nothing is under way; one that can't boot is deleted again. */
async function booted(api: Api, call: Call, id: string, actionId?: number): Promise<void> {
  await until(call, `droplet ${id} to boot`, async () => {
    // Just after its creation the API may not know it yet.
    const answer = await api.find(`/v2/droplets/${id}`)
    const { status, locked } = answer?.droplet ?? {}
    if (status !== undefined && status !== 'new' && !locked) return true
    const action = actionId === undefined ? undefined : (await api.find(`/v2/actions/${actionId}`))?.action
    if (action?.status !== 'errored') return undefined
    await api.delete(`/v2/droplets/${id}`)
    throw new BootFailed(`droplet ${id} did not boot, and was deleted again; the lab's log says why`)
  })
}
