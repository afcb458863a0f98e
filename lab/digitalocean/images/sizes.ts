import { regionSlugs, unavailableRegions } from './region-names.ts'

type Order = [
  slug: string,
  memory: number,
  vcpus: number,
  disk: number,
  transfer: number,
  monthly: number,
  description: string,
]

// Basic droplets, as the API lists them: memory in MB, disk in GB, transfer in TB, dollars a month.
// https://www.digitalocean.com/pricing/droplets
const basic: Order[] = [
  ['s-1vcpu-512mb-10gb', 512, 1, 10, 0.5, 4, 'Basic'],
  ['s-1vcpu-1gb', 1024, 1, 25, 1, 6, 'Basic'],
  ['s-1vcpu-1gb-amd', 1024, 1, 25, 1, 7, 'Basic AMD'],
  ['s-1vcpu-1gb-intel', 1024, 1, 25, 1, 7, 'Basic Intel'],
  ['s-1vcpu-1gb-35gb-intel', 1024, 1, 35, 1, 8, 'Basic Intel'],
  ['s-1vcpu-2gb', 2048, 1, 50, 2, 12, 'Basic'],
  ['s-1vcpu-2gb-amd', 2048, 1, 50, 2, 14, 'Basic AMD'],
  ['s-1vcpu-2gb-intel', 2048, 1, 50, 2, 14, 'Basic Intel'],
  ['s-1vcpu-2gb-70gb-intel', 2048, 1, 70, 2, 16, 'Basic Intel'],
  ['s-2vcpu-2gb', 2048, 2, 60, 3, 18, 'Basic'],
  ['s-2vcpu-2gb-amd', 2048, 2, 60, 3, 21, 'Basic AMD'],
  ['s-2vcpu-2gb-intel', 2048, 2, 60, 3, 21, 'Basic Intel'],
  ['s-2vcpu-2gb-90gb-intel', 2048, 2, 90, 3, 24, 'Basic Intel'],
  ['s-2vcpu-4gb', 4096, 2, 80, 4, 24, 'Basic'],
  ['s-2vcpu-4gb-amd', 4096, 2, 80, 4, 28, 'Basic AMD'],
  ['s-2vcpu-4gb-intel', 4096, 2, 80, 4, 28, 'Basic Intel'],
  ['s-2vcpu-4gb-120gb-intel', 4096, 2, 120, 4, 32, 'Basic Intel'],
  ['s-2vcpu-8gb-amd', 8192, 2, 100, 5, 42, 'Basic AMD'],
  ['s-2vcpu-8gb-160gb-intel', 8192, 2, 160, 5, 48, 'Basic Intel'],
  ['s-4vcpu-8gb', 8192, 4, 160, 5, 48, 'Basic'],
  ['s-4vcpu-8gb-amd', 8192, 4, 160, 5, 56, 'Basic AMD'],
  ['s-4vcpu-8gb-intel', 8192, 4, 160, 5, 56, 'Basic Intel'],
  ['s-4vcpu-8gb-240gb-intel', 8192, 4, 240, 6, 64, 'Basic Intel'],
  ['s-4vcpu-16gb-amd', 16_384, 4, 200, 8, 84, 'Basic AMD'],
  ['s-4vcpu-16gb-320gb-intel', 16_384, 4, 320, 8, 96, 'Basic Intel'],
  ['s-8vcpu-16gb', 16_384, 8, 320, 6, 96, 'Basic'],
  ['s-8vcpu-16gb-amd', 16_384, 8, 320, 6, 112, 'Basic AMD'],
  ['s-8vcpu-16gb-intel', 16_384, 8, 320, 6, 112, 'Basic Intel'],
  ['s-8vcpu-16gb-480gb-intel', 16_384, 8, 480, 9, 128, 'Basic Intel'],
  ['s-8vcpu-32gb-amd', 32_768, 8, 400, 10, 168, 'Basic AMD'],
  ['s-8vcpu-32gb-640gb-intel', 32_768, 8, 640, 10, 192, 'Basic Intel'],
]

// The smallest is not sold everywhere: London, Toronto, Bangalore and Atlanta leave it out.
const soldIn: Record<string, readonly string[]> = {
  's-1vcpu-512mb-10gb': ['ams3', 'fra1', 'nyc1', 'nyc2', 'nyc3', 'sfo2', 'sfo3', 'sgp1', 'syd1'],
}
const open = regionSlugs.filter((slug) => !unavailableRegions.includes(slug))

// A month is capped at 672 hours.
const billedHours = 672

/** Everything a droplet can be as large as, cheapest first. */
export const sizes = basic.map(([slug, memory, vcpus, disk, transfer, monthly, description]) => ({
  slug,
  memory,
  vcpus,
  disk,
  transfer,
  price_monthly: monthly,
  price_hourly: Number((monthly / billedHours).toFixed(5)),
  regions: soldIn[slug] ?? open.toSorted(),
  available: true,
  description,
  networking_throughput: 2000,
  disk_info: [{ type: 'local', size: { amount: disk, unit: 'gib' } }],
}))

export const size = (slug: string | undefined) => sizes.find((each) => each.slug === slug)
