import type { LabPaths } from '../lab/paths.ts'
import { kept } from '../lab/kept.ts'
import type { LabStatus } from '../lab/status.ts'

interface Droplets {
  droplets: { size_slug: string; region: { slug: string }; size: { price_monthly: number } }[]
}

/** What the account's droplets cost a month at DigitalOcean, as its API prices them: `$4.00 a month (…)`. */
export async function monthlyCost(paths: LabPaths, { api }: LabStatus): Promise<string> {
  const authorization = `Bearer ${await kept(paths.token)}`
  const response = await fetch(`${api}/v2/droplets?per_page=200`, { headers: { authorization } })
  const { droplets } = (await response.json()) as Droplets
  const total = droplets.reduce((sum, { size }) => sum + size.price_monthly, 0)
  const what = droplets.map(({ size_slug: size, region }) => `${size}, ${region.slug}`).join('; ')
  return `$${total.toFixed(2)} a month (${what})`
}
