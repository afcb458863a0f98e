import type { Call } from '../../../plugin/provider.ts'
import type { Api } from './api.ts'
import { waitForState } from './wait.ts'

export interface Attribute {
  /** What is looked at; a droplet that is locked shows nothing but that. */
  name: 'status' | 'locked' | 'name' | 'ipv6'
  target: string
  pending: readonly string[]
  /** Whether the droplet may be too new to be found. */
  isNew?: boolean
  /** Says what ends the wait before the droplet shows it. */
  otherwise?(): Promise<string | undefined>
}

/** Waits until a droplet shows what is wished; that it is gone is a state of its own. */
export async function dropletShows(api: Api, call: Call, id: string, wish: Attribute): Promise<void> {
  const { name, target, pending, isNew = false } = wish
  await waitForState(call, { target, pending: [...pending, 'locked'], notFoundChecks: 120 }, async () => {
    const answer = await api.find(`/v2/droplets/${id}`)
    if (!answer) return isNew ? undefined : { state: 'Not Found' }
    const other = await wish.otherwise?.()
    if (other !== undefined) return { state: other }
    const { droplet } = answer
    if (target === 'Not Found') return { state: droplet.status }
    if (droplet.locked) return { state: 'locked' }
    return { state: String(name === 'ipv6' ? droplet.features.includes('ipv6') : droplet[name]) }
  })
}
