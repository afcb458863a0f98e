/** DigitalOcean's regions; private networks are numbered in this order, so new ones go to the end. */
export const regionNames: Readonly<Record<string, string>> = {
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
  nyc2: 'New York 2',
  sfo2: 'San Francisco 2',
  atl1: 'Atlanta 1',
  sfo1: 'San Francisco 1',
  ams2: 'Amsterdam 2',
}

export const regionSlugs: readonly string[] = Object.keys(regionNames)

/** Regions that take no new droplets. */
export const unavailableRegions: readonly string[] = ['sfo1', 'ams2']
