import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

test('a password counts to its last byte, with its capitals and spaces, up to 1024 bytes', async () => {
  const { browser, account } = await withService()
  const password = ` ключ\0 ${'seven Green boats '.repeat(50)} 1`
  const { email } = await account({ password })
  const status = async (tried: string) =>
    (await browser().send('POST', '/api/session', { email, password: tried })).statusCode
  expect(await status(password)).toBe(204)
  for (const tried of [
    `${password.slice(0, -1)}2`,
    password.trim(),
    password.toLowerCase(),
    password.slice(0, 72),
  ])
    expect(await status(tried)).toBe(401)
})
