import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'

/** An SSH key of the account. */
export const sshKey = (api: Api): Behaviour => ({
  canonical: (property, value) => (property === 'publicKey' ? String(value).trim() : value),
  async create({ name, publicKey }) {
    const { ssh_key: key } = await api.call('POST', '/v2/account/keys', { name, public_key: publicKey })
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
  delete: (id) => api.delete(`/v2/account/keys/${id}`),
})
