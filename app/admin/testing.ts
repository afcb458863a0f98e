import type { Browser, Person, TestService } from '../testing.ts'

/** A browser on the admins' site, signed in as a new admin who has shown a factor: the tables are told so. */
export async function adminOf(service: TestService): Promise<Browser & Person & { id: string }> {
  const person = await service.account()
  const { owner } = service
  const [{ id }] = await owner<[{ id: string }]>`
    update accounts set role = 'admin' where email = ${person.email} returning id`
  const own = service.browser({ site: 'admin' })
  const { email, password } = person
  const { body } = await own.send('POST', '/api/session', { email, password })
  if (!body.includes('enrol-factor')) throw new Error(`the admin is not let in: ${body}`)
  await owner`
    insert into factors (account_id, kind, credential_id, public_key)
    values (${id}, 'passkey', ${id}, ${Buffer.alloc(1)})`
  await owner`update sessions set factor_at = now() where account_id = ${id}`
  return { ...own, ...person, id }
}

/** A new account's id beside its person. */
export async function memberOf(
  service: TestService,
  fields?: Partial<Person>,
): Promise<Person & { id: string }> {
  const person = await service.account(fields)
  return { ...person, id: await idOf(service, person.email) }
}

export async function idOf({ owner }: TestService, email: string): Promise<string> {
  const [found] = await owner<[{ id: string }?]>`select id from accounts where email_key = lower(${email})`
  if (!found) throw new Error(`nobody has ${email}`)
  return found.id
}
