import type { FastifyInstance } from 'fastify'
import { page } from '../wire/pages.ts'
import { regionNames, unavailableRegions } from './region-names.ts'
import { sizes } from './sizes.ts'

/** Where droplets can be ordered. */
export const regions = Object.entries(regionNames).map(([slug, name]) => ({
  slug,
  name,
  available: !unavailableRegions.includes(slug),
  sizes: sizes.filter((size) => size.regions.includes(slug)).map((size) => size.slug),
  features: ['backups', 'ipv6', 'metadata', 'install_agent', 'storage', 'image_transfer'],
}))

export const region = (slug: string | undefined) => regions.find((each) => each.slug === slug)

/** What can be ordered, and where. */
export function catalog(app: FastifyInstance): void {
  app.get('/regions', async (request) => page(request, 'regions', regions))
  app.get('/sizes', async (request) => page(request, 'sizes', sizes))
}
