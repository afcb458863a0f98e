import { regions } from '../images/catalog.ts'
import { derivedId } from '../state/derived-id.ts'
import { notFound, unprocessable } from '../wire/errors.ts'
import { addressNumber, netmask, numberedAddress, readRange } from './ip-range.ts'
import type { Droplet, State, Vpc } from '../state/state.ts'

/** All private networks: those that are noted, and the first one of each region whose default nobody changed. */
export function vpcsIn(state: Readonly<State>): Vpc[] {
  const noted = new Set(state.vpcs.filter(({ isDefault }) => isDefault).map(({ region }) => region))
  const first = regions.flatMap(({ slug }) => (noted.has(slug) ? [] : [firstVpc(state, slug)]))
  return [...first, ...state.vpcs]
}

export function defaultVpc(state: Readonly<State>, region: string): Vpc {
  return state.vpcs.find((vpc) => vpc.region === region && vpc.isDefault) ?? firstVpc(state, region)
}

/** The network that a new droplet goes into; without an id its region's default. */
export function vpcOf(state: Readonly<State>, id: string | undefined, region: string): Vpc {
  if (!id) return defaultVpc(state, region)
  const vpc = vpcsIn(state).find((each) => each.id === id)
  if (!vpc) throw notFound('Failed to resolve VPC')
  if (vpc.region !== region) throw unprocessable('The VPC is not in the same region as the Droplet.')
  return vpc
}

/** The network that a droplet is in. */
export function vpcOfDroplet(
  state: Readonly<State>,
  { vpcId, region }: Pick<Droplet, 'vpcId' | 'region'>,
): Vpc {
  // Not among all of them: every droplet that is shown asks, twice.
  return state.vpcs.find(({ id }) => id === vpcId) ?? defaultVpc(state, region)
}

/** A droplet's address in its private network, which ends as its public one does where there is room. */
export function privateNetwork(
  state: Readonly<State>,
  droplet: Pick<Droplet, 'vpcId' | 'region' | 'ipv4'>,
): { ip_address: string; netmask: string } {
  const { ipRange } = vpcOfDroplet(state, droplet)
  const range = readRange(ipRange)
  if (!range) throw new Error(`${ipRange} is no network`)
  const last = addressNumber(droplet.ipv4) % 256
  return { ip_address: numberedAddress(range.first + (last % range.size)), netmask: netmask(range) }
}

/** What a region has from the start. */
export function firstVpc(state: Readonly<State>, region: string): Vpc {
  const index = regions.findIndex(({ slug }) => slug === region)
  return {
    id: derivedId(state, `vpc ${region}`),
    name: `default-${region}`,
    description: '',
    region,
    ipRange: `10.${110 + index}.0.0/20`,
    isDefault: true,
    createdAt: state.account.createdAt,
  }
}
