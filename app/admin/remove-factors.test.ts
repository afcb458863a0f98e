import { expect, test } from 'vitest'
import { addApp, addPasskeyTo, halfSignedIn, told } from '../factors/testing.ts'
import { getPage, postForm } from '../pages/posting.ts'
import { withService } from '../testing.ts'
import { adminOf, idOf } from './testing.ts'

test('an admin takes all factors from somebody who lost them: sessions end, the owner is told, once', async () => {
  const service = await withService()
  const [ada, boss] = [await service.signedIn(), await adminOf(service)]
  await addApp(ada)
  await addPasskeyTo(ada)
  for (const subject of ['added', 'added'])
    expect((await service.mailbox.next(ada.email)).subject).toContain(subject)
  const waiting = await halfSignedIn(service.browser(), ada)
  const id = await idOf(service, ada.email)

  const removing = Array.from({ length: 8 }, () =>
    boss.send('POST', `/api/admin/accounts/${id}/remove-factors`, {}),
  )
  expect((await Promise.all(removing)).map(told)).toEqual(Array(8).fill('204'))

  expect(told(await ada.send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
  const code = { code: '000000' }
  expect(told(await waiting.send('POST', '/api/session/second-factor', code))).toBe('401 SIGN_IN_AGAIN')
  expect((await service.mailbox.next(ada.email)).subject).toBe('Your second factors at Accounts were removed')
  const { email, password } = ada
  expect(told(await service.browser().send('POST', '/api/session', { email, password }))).toBe('204')
  expect(await service.owner`select from recovery_codes`).toHaveLength(0)
  expect(
    await service.owner`select actor_id, details from history where event = 'factor-removed'`,
  ).toMatchObject([{ actorId: boss.id, details: { factor: 'all', removed: 2, ended: 1 } }])
})

test('an admin takes them from another admin, who adds one before anything else, and never from itself', async () => {
  const service = await withService()
  const [boss, other] = [await adminOf(service), await adminOf(service)]
  const remove = (id: string) => boss.send('POST', `/api/admin/accounts/${id}/remove-factors`, {})
  expect(told(await remove(boss.id))).toBe('409 NOT_YOURSELF')
  expect(told(await remove(other.id))).toBe('204')
  const again = service.browser({ site: 'admin' })
  const { email, password } = other
  expect((await again.send('POST', '/api/session', { email, password })).json()).toMatchObject({
    next: 'enrol-factor',
  })
  expect(told(await again.send('GET', '/api/admin/accounts'))).toBe('403 ENROL_FACTOR_FIRST')
})

test('nobody else does, no admin who did not just show who it is, and nobody to an account that is not there', async () => {
  const service = await withService()
  const [ada, boss] = [await service.signedIn(), await adminOf(service)]
  await addApp(ada)
  const id = await idOf(service, ada.email)
  const path = `/api/admin/accounts/${id}/remove-factors`
  expect(told(await ada.send('POST', path, {}))).toBe('404 NOT_FOUND')
  expect(told(await service.browser({ site: 'admin' }).send('POST', path, {}))).toBe('401 NOT_SIGNED_IN')
  for (const body of [undefined, [], { id }])
    expect((await boss.send('POST', path, body)).statusCode).toBe(400)
  expect(told(await boss.send('POST', path.replace(id, '1'), {}))).toBe('400 INVALID_INPUT')
  expect(told(await boss.send('POST', path.replace(id, crypto.randomUUID()), {}))).toBe('404 NOT_FOUND')
  await service.owner`update sessions set factor_at = now() - interval '11 minutes'`
  expect(told(await boss.send('POST', path, {}))).toBe('403 CONFIRM_FIRST')
  expect(await service.owner`select from factors where account_id = ${id}`).toHaveLength(1)
})

test('the page of an account offers it where there is something to remove', async () => {
  const service = await withService()
  const [ada, boss] = [await service.signedIn(), await adminOf(service)]
  const id = await idOf(service, ada.email)
  const form = `action="/accounts/${id}/remove-factors"`
  expect((await getPage(boss, `/accounts/${id}`)).body).not.toContain(form)
  await addApp(ada)
  expect((await getPage(boss, `/accounts/${id}`)).body).toContain(form)
  const removed = await postForm(boss, `/accounts/${id}/remove-factors`)
  expect(removed.headers.location).toBe(`/accounts/${id}?done=their-factors-removed`)
  const page = await getPage(boss, removed.headers.location ?? '')
  expect(page.body).toContain('The second factors are removed')
  expect(page.body).not.toContain(form)
})
