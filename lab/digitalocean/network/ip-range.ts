import { isIPv4 } from 'node:net'

/** A network of private addresses: its first address as a number, and how many it has. */
export interface IpRange {
  first: number
  size: number
  prefix: number
}

/** Reads `10.10.10.0/24`; undefined for anything that isn't a network, or has bits set beyond its prefix. */
export function readRange(text: string): IpRange | undefined {
  const [address = '', bits = '', ...rest] = text.split('/')
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32 || rest.length > 0) return undefined
  const prefix = Number(bits)
  const size = 2 ** (32 - prefix)
  const first = addressNumber(address)
  return first % size === 0 ? { first, size, prefix } : undefined
}

/** Whether two networks share an address. */
export const overlap = (one: IpRange, other: IpRange): boolean =>
  one.first < other.first + other.size && other.first < one.first + one.size

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap(
  (text) => readRange(text) ?? [],
)

/** Whether a network is one of RFC 1918's, whole. */
export const isPrivate = (range: IpRange): boolean =>
  privateRanges.some(
    (whole) => whole.first <= range.first && range.first + range.size <= whole.first + whole.size,
  )

/** An IPv4 address as the number it is. */
export function addressNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0)
}

export const numberedAddress = (number: number): string =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(number / unit) % 256).join('.')

export const netmask = ({ size }: IpRange): string => numberedAddress(2 ** 32 - size)
