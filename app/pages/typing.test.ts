import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { getPage } from './posting.ts'

const passwordFields = (body: string): string[] =>
  [...body.matchAll(/<input[^>]*>/g)].map(([tag]) => tag).filter((tag) => /name="\w*[pP]assword"/.test(tag))

test('passwords are hidden, can be pasted and filled in by a manager, and are cut nowhere', async () => {
  const { browser, signedIn } = await withService()
  const [stranger, person] = [browser(), await signedIn()]
  const seen = [
    ...passwordFields((await getPage(stranger, '/sign-in')).body),
    ...passwordFields((await getPage(stranger, '/sign-up')).body),
    ...passwordFields((await getPage(stranger, '/reset')).body),
    ...passwordFields((await getPage(person, '/account/password')).body),
  ]
  expect(seen).toHaveLength(5)
  for (const field of seen) {
    expect(field).toContain('type="password"')
    expect(field).toMatch(/autocomplete="(?:current|new)-password"/)
    expect(field).not.toMatch(/maxlength|minlength|onpaste|pattern/)
  }
})

test('every page of somebody who is signed in has the way out', async () => {
  const { signedIn } = await withService()
  const person = await signedIn()
  for (const path of ['', '/password', '/email', '/sessions', '/history', '/factors', '/delete'])
    expect((await getPage(person, `/account${path}`)).body, path).toContain('action="/sign-out"')
})
