import { expect, test } from 'vitest'
import { refusalOf } from './errors.ts'
import { withService, type TestService } from '../testing.ts'

/** Lets every change of a name end as Postgres ends it, in words that quote the name. */
const refuseNames = async ({ owner }: TestService, code: string): Promise<void> => {
  await owner.unsafe(`
    create or replace function refuse_name() returns trigger language plpgsql as
    $$ begin raise exception E'no\\n    at % (/here:1:1)', new.name using errcode = '${code}', detail = new.name; end $$;
    create or replace trigger refuse_name before update of name on accounts for each row execute function refuse_name()`)
}

test('a deadlock or a failure to serialize says to come again, and what Postgres says stays out of the log', async () => {
  const service = await withService()
  const { send, email } = await service.signedIn()
  const name = 'Ada of the secret garden'
  for (const [code, status, told] of [
    ['40P01', 503, 'UNAVAILABLE'],
    ['40001', 503, 'UNAVAILABLE'],
    // A full disk.
    ['53100', 503, 'UNAVAILABLE'],
    ['P0001', 500, 'INTERNAL'],
  ] as const) {
    await refuseNames(service, code)
    const answer = await send('PATCH', '/api/account', { name })
    expect([answer.statusCode, answer.code, answer.headers['retry-after']]).toEqual([
      status,
      told,
      status === 503 ? '5' : undefined,
    ])
    expect(answer.body).not.toContain(name)
    expect(service.logged()).toMatch(new RegExp(`"err":{"type":"PostgresError","code":"${code}","stack":" `))
  }
  expect(service.logged()).toContain('own-data.ts')
  for (const typed of [name, email]) expect(service.logged()).not.toContain(typed)
})

test('what is text or an id here and none to Postgres is refused, and no crash', async () => {
  const { signedIn } = await withService()
  const { send } = await signedIn()
  const id = 'urn:uuid:00000000-0000-4000-8000-000000000000'
  const answer = await send('DELETE', `/api/sessions/${id}`)
  expect([answer.statusCode, answer.code]).toEqual([400, 'INVALID_INPUT'])
})

test('a backend that dies under the sessions is a database that is away, whatever the client calls it', () => {
  for (const words of ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])
    expect(refusalOf(new Error(words))).toMatchObject({ code: 'UNAVAILABLE', statusCode: 503 })
  expect(refusalOf(new Error('anything else'))).toMatchObject({ code: 'INTERNAL', statusCode: 500 })
})
