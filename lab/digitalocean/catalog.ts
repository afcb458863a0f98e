import type { FastifyInstance } from 'fastify'
import { found } from './errors.ts'
import { page } from './pages.ts'

const regionNames: Record<string, string> = {
  nyc1: 'New York 1',
  nyc3: 'New York 3',
  ams3: 'Amsterdam 3',
  sfo3: 'San Francisco 3',
  sgp1: 'Singapore 1',
  lon1: 'London 1',
  fra1: 'Frankfurt 1',
  tor1: 'Toronto 1',
  blr1: 'Bangalore 1',
  syd1: 'Sydney 1',
}
const regionSlugs = Object.keys(regionNames)

// Basic droplets, regular CPU: memory in MB, disk in GB, transfer in TB, dollars a month.
// https://www.digitalocean.com/pricing/droplets
const basic: [
  slug: string,
  memory: number,
  vcpus: number,
  disk: number,
  transfer: number,
  monthly: number,
][] = [
  ['s-1vcpu-512mb-10gb', 512, 1, 10, 0.5, 4],
  ['s-1vcpu-1gb', 1024, 1, 25, 1, 6],
  ['s-1vcpu-2gb', 2048, 1, 50, 2, 12],
  ['s-2vcpu-2gb', 2048, 2, 60, 3, 18],
  ['s-2vcpu-4gb', 4096, 2, 80, 4, 24],
  ['s-4vcpu-8gb', 8192, 4, 160, 5, 48],
  ['s-8vcpu-16gb', 16_384, 8, 320, 6, 96],
]

// A month is capped at 672 hours.
const billedHours = 672

export const sizes = basic.map(([slug, memory, vcpus, disk, transfer, monthly]) => ({
  slug,
  memory,
  vcpus,
  disk,
  transfer,
  price_monthly: monthly,
  price_hourly: Number((monthly / billedHours).toFixed(5)),
  regions: regionSlugs,
  available: true,
  description: 'Basic',
  disk_info: [{ type: 'local', size: { amount: disk, unit: 'gib' } }],
}))

export const regions = Object.entries(regionNames).map(([slug, name]) => ({
  slug,
  name,
  available: true,
  sizes: basic.map(([size]) => size),
  features: ['backups', 'ipv6', 'metadata', 'install_agent', 'storage', 'image_transfer'],
}))

/** The one image whose machines really boot here. */
export const bootableImage = 'debian-13-x64'

const distributions: [id: number, slug: string, distribution: string, name: string, released: string][] = [
  [194_690_001, bootableImage, 'Debian', '13 x64', '2025-08-14T15:00:00Z'],
  [133_480_401, 'debian-12-x64', 'Debian', '12 x64', '2023-06-15T15:00:00Z'],
  [155_133_621, 'ubuntu-24-04-x64', 'Ubuntu', '24.04 (LTS) x64', '2024-04-26T15:00:00Z'],
]

export const images = distributions.map(([id, slug, distribution, name, released]) => ({
  id,
  slug,
  name,
  distribution,
  type: 'base',
  public: true,
  regions: regionSlugs,
  created_at: released,
  min_disk_size: 7,
  size_gigabytes: 0.6,
  description: `${distribution} ${name}`,
  tags: [] as string[],
  status: 'available',
  error_message: '',
}))

export const region = (slug: string | undefined) => regions.find((each) => each.slug === slug)
export const size = (slug: string | undefined) => sizes.find((each) => each.slug === slug)
/** An image by slug or id. */
export const image = (key: unknown) =>
  images.find(({ id, slug }) => slug === key || String(id) === String(key))

/** What can be ordered: regions, sizes, images. */
export function catalog(app: FastifyInstance): void {
  app.get('/regions', async (request) => page(request, 'regions', regions))
  app.get('/sizes', async (request) => page(request, 'sizes', sizes))
  app.get<{ Querystring: { type?: string; private?: string } }>('/images', async (request) => {
    const { type, private: own } = request.query
    // All of ours are distributions: an account of the lab has no images of its own.
    return page(request, 'images', own === 'true' || type === 'application' ? [] : images)
  })
  app.get<{ Params: { id: string } }>('/images/:id', async ({ params }) => ({
    image: found(image(params.id)),
  }))
}
