import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

test('of four who activate one address at once, each with a code of its own, one has an account and nobody waits for long', async () => {
  const { browser, mailbox, owner, logged } = await withService()
  for (const round of [1, 2, 3, 4, 5]) {
    const email = `ada${round}@example.net`
    const codes: string[] = []
    for (const person of [1, 2, 3, 4]) {
      const body = { email, password: `seven green boats ${person}` }
      expect((await browser().send('POST', '/api/sign-ups', body)).statusCode).toBe(202)
      codes.push((await mailbox.next(email)).code)
    }
    const answers = await Promise.all(
      codes.map((token) => browser().send('POST', '/api/sign-ups/activate', { token })),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      200, 400, 400, 400,
    ])
  }
  expect(await owner`select count(*)::int as left from sign_ups`).toEqual([{ left: 0 }])
  // Nobody was ended for waiting in a circle.
  expect(logged()).not.toContain('40P01')
})

test('who asked for an account before sign-ups were switched off gets none after it', async () => {
  const it = await withService()
  const { send } = it.browser()
  await send('POST', '/api/sign-ups', { email: 'ada@example.net', password: 'seven green boats' })
  const { code: token } = await it.mailbox.next('ada@example.net')
  Object.assign(it.settings, { signUps: false })
  const refused = await send('POST', '/api/sign-ups/activate', { token })
  expect([refused.statusCode, refused.code]).toEqual([403, 'SIGN_UPS_OFF'])
  expect((await send('GET', '/activate', undefined, { headers: { accept: 'text/html' } })).statusCode).toBe(
    403,
  )
  expect(await it.owner`select from accounts`).toHaveLength(0)
})
