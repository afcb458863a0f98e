import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { waitForState } from './wait.ts'

/** An SSH key of the account. */
export const sshKey = (api: Api): Behaviour => ({
  canonical: (property, value) => (property === 'publicKey' ? String(value).trim() : value),
  async create({ name, publicKey }, call) {
    const { ssh_key: key } = await api.call('POST', '/v2/account/keys', { name, public_key: publicKey })
    // It may not be known yet: https://github.com/digitalocean/terraform-provider-digitalocean/pull/1204
    const wish = { target: 'available', pending: [], timeoutMs: 2 * 60_000, notFoundChecks: 120 }
    await waitForState(call, wish, async () =>
      (await api.find(`/v2/account/keys/${key.id}`)) ? { state: 'available' } : undefined,
    )
    return String(key.id)
  },
  async read(id) {
    const answer = await api.find(`/v2/account/keys/${id}`)
    if (!answer) return undefined
    const { name, public_key: publicKey, fingerprint } = answer.ssh_key
    return { name, publicKey, fingerprint }
  },
  async update(id, _olds, { name }) {
    await api.call('PUT', `/v2/account/keys/${id}`, { name })
  },
  async delete(id) {
    await api.call('DELETE', `/v2/account/keys/${id}`)
  },
})
