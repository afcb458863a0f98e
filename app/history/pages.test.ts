import { expect, test } from 'vitest'
import { getPage } from '../pages/posting.ts'
import { withService } from '../testing.ts'

test('a person pages through a long history, each entry once', async () => {
  const { signedIn, owner } = await withService()
  const person = await signedIn()
  await owner`
    insert into history (account_id, event, device) select id, 'signed-in', 'browser ' || n
    from accounts, generate_series(1, 45) as n where email = ${person.email}`
  const seen: string[] = []
  for (let path: string | undefined = '/account/history'; path !== undefined;) {
    const { body } = await getPage(person, path)
    seen.push(...[...body.matchAll(/browser \d+/g)].map(([device]) => device))
    path = /href="([^"]+)" rel="next"/.exec(body)?.[1]
  }
  expect(seen).toEqual(Array.from({ length: 45 }, (_, index) => `browser ${45 - index}`))
})

test('whatever stands behind ? shows the first page, and never an error', async () => {
  const { signedIn } = await withService()
  const person = await signedIn()
  for (const before of ['', '-1', '1e9', '%00', '9'.repeat(40), "1'--", '[]'])
    expect((await getPage(person, `/account/history?before=${before}`)).statusCode).toBe(200)
  expect((await getPage(person, '/account/history?before=1&before=2')).statusCode).toBe(200)
})
