import { expect, test } from 'vitest'
import { getPage, postForm } from '../pages/posting.ts'
import { withService } from '../testing.ts'
import { adminOf, memberOf } from './testing.ts'

test('an admin disables and enables an account by forms alone', async () => {
  const service = await withService()
  const [admin, { id, email, password }] = [await adminOf(service), await memberOf(service)]
  expect((await getPage(admin, '/')).headers.location).toBe('/accounts')
  expect((await getPage(admin, `/accounts?search=${email}`)).body).toContain(`href="/accounts/${id}"`)
  const disabled = await postForm(admin, `/accounts/${id}/disable`, { reason: '' })
  expect(disabled.headers.location).toBe(`/accounts/${id}?done=account-disabled`)
  const shut = service.browser()
  expect((await postForm(shut, '/sign-in', { email, password })).statusCode).toBe(401)
  const enabled = await postForm(admin, `/accounts/${id}/enable`)
  expect(enabled.headers.location).toBe(`/accounts/${id}?done=account-enabled`)
  expect((await postForm(shut, '/sign-in', { email, password })).statusCode).toBe(303)
})

test('acts need a fresh sign of who acts, and lead back to the account', async () => {
  const service = await withService()
  const [admin, { id }] = [await adminOf(service), await memberOf(service)]
  await service.owner`update sessions set factor_at = now() - interval '11 minutes'`
  for (const act of ['disable', 'enable', 'reset', 'end-sessions', 'delete'])
    expect((await postForm(admin, `/accounts/${id}/${act}`)).headers.location).toBe(
      `/confirm?next=%2Faccounts%2F${id}`,
    )
})

test('nobody but admins sees any of it', async () => {
  const service = await withService()
  const { id } = await memberOf(service)
  const stranger = service.browser({ site: 'admin' })
  for (const path of ['/accounts', `/accounts/${id}`, '/numbers'])
    expect((await getPage(stranger, path)).headers.location).toBe(`/sign-in?next=${encodeURIComponent(path)}`)
})

test('whatever stands in the address is refused or ignored, and never a 500', async () => {
  const service = await withService()
  const admin = await adminOf(service)
  const status = async (path: string): Promise<number> => (await getPage(admin, path)).statusCode
  for (const query of ['search=%00', `search=${'x'.repeat(500)}`, 'search=%25_', 'search=a&search=b'])
    expect(await status(`/accounts?${query}`)).toBe(200)
  for (const query of ['status=gone', 'status=active&before=1', 'before=%00', 'before=1.x'])
    expect(await status(`/accounts?${query}`)).toBe(200)
  expect(await status('/accounts/1')).toBe(400)
  expect(await status('/accounts/00000000-0000-4000-8000-000000000000')).toBe(404)
  expect((await postForm(admin, '/accounts/1/disable', { reason: '' })).statusCode).toBe(400)
  const own = await postForm(admin, `/accounts/${admin.id}/disable`, { reason: '' })
  expect(own.statusCode).toBe(409)
})
