import { expect, test } from 'vitest'
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
