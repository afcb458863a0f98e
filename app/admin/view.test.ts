import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { adminOf, idOf } from './testing.ts'
import type { View } from './view.ts'

test('an account is shown with its sessions, its last sign-in and its history, a page at a time', async () => {
  const service = await withService()
  const { send, id: adminId, email: adminEmail } = await adminOf(service)
  const member = await service.signedIn({ name: 'Grace' })
  const id = await idOf(service, member.email)
  await service.owner`
    insert into history (account_id, event, actor_id, details)
    select ${id}, 'sessions-ended', ${adminId}, jsonb_build_object('ended', n) from generate_series(1, 60) as n`
  await service.owner`
    insert into factors (account_id, kind, credential_id, public_key, secret)
    values (${id}, 'totp', null, null, 'x'), (${id}, 'passkey', 'one', 'x', null), (${id}, 'passkey', 'other', 'x', null)`
  const read = async (query = '') => {
    const answer = await send('GET', `/api/admin/accounts/${id}${query}`)
    expect(answer.statusCode).toBe(200)
    // Nothing that opens anything, and nothing of a password.
    expect(answer.body).not.toMatch(/hash|digest|salt|token/)
    return answer.json<View>()
  }
  const first = await read()
  expect(first).toMatchObject({
    account: { id, email: member.email, name: 'Grace', role: 'member', status: 'active' },
    sessions: 1,
    factors: ['passkey', 'totp'],
    lastSignInAt: expect.stringMatching(/^20/),
  })
  expect(first.history).toHaveLength(50)
  expect(first.history[0]).toEqual({
    id: expect.stringMatching(/^\d+$/),
    at: expect.stringMatching(/^20/),
    event: 'sessions-ended',
    actor: adminEmail,
    device: '',
    network: '',
    details: { ended: 60 },
  })
  const { history, next } = await read(`?before=${first.next}`)
  expect(next).toBeNull()
  expect(history.map(({ event }) => event).slice(-2)).toEqual(['signed-in', 'account-created'])
  expect(history).toHaveLength(12)
  expect((await send('GET', `/api/admin/accounts/${id}?before=x`)).code).toBe('INVALID_INPUT')
})
