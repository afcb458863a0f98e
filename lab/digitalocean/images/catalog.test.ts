import { expect, test } from 'vitest'
import { startApi } from '../testing.ts'

async function list(path: string, key: string): Promise<any[]> {
  const { call } = await startApi()
  return (await call('GET', `${path}?per_page=200`)).body[key]
}

test.each([
  ['s-1vcpu-512mb-10gb', 4, 0.00595],
  ['s-1vcpu-1gb', 6, 0.00893],
  ['s-1vcpu-1gb-amd', 7, 0.01042],
  ['s-2vcpu-2gb-90gb-intel', 24, 0.03571],
  ['s-8vcpu-32gb-640gb-intel', 192, 0.28571],
])('%s costs %d dollars a month and %d an hour', async (slug, monthly, hourly) => {
  const sizes = await list('/sizes', 'sizes')
  expect(sizes.find((size) => size.slug === slug)).toMatchObject({
    price_monthly: monthly,
    price_hourly: hourly,
  })
})

test('a region sells the sizes that say so, and one that takes no droplets sells none', async () => {
  const regions = await list('/regions', 'regions')
  const sold = Object.fromEntries(regions.map(({ slug, sizes }) => [slug, sizes]))
  expect(sold['fra1']).toContain('s-1vcpu-512mb-10gb')
  expect(sold['lon1']).not.toContain('s-1vcpu-512mb-10gb')
  expect(sold['sfo1']).toEqual([])
  expect(regions.find(({ slug }) => slug === 'sfo1').available).toBe(false)
})
