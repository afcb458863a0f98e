import { expect, test } from 'vitest'
import { outdatedDescriptions } from '../development/openapi.ts'
import { withService } from '../testing.ts'

test('the published description is what the routes say; else npm run openapi', async () => {
  expect(await outdatedDescriptions()).toEqual([])
})

test('it is served, and names no page', async () => {
  const { browser } = await withService()
  const { paths } = (await browser().send('GET', '/api/openapi.json')).json<{ paths: object }>()
  expect(Object.keys(paths)).toContain('/api/session')
  expect(Object.keys(paths).filter((path) => !path.startsWith('/api/'))).toEqual([])
})
