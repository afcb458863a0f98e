import type { FastifyInstance } from 'fastify'
import type { Cloud } from './cloud.ts'
import { derivedId } from './state/derived-id.ts'

/** Who the token belongs to. */
export function account(app: FastifyInstance, { store, machines }: Cloud): void {
  app.get('/account', async () => ({
    account: {
      droplet_limit: machines.addresses.length,
      floating_ip_limit: machines.addresses.length,
      reserved_ip_limit: machines.addresses.length,
      volume_limit: 0,
      name: 'lab',
      email: 'lab@example.invalid',
      email_verified: true,
      uuid: store.state.account.uuid,
      status: 'active',
      status_message: '',
      team: { uuid: derivedId(store.state, 'team'), name: 'lab' },
    },
  }))
}
