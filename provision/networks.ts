import { isIPv4 } from 'node:net'

/** Networks as ufw keeps them: without host bits, a single address without its prefix, `2001:db8::/32` in short. */
export function asKept(network: string): string {
  const [address = '', length] = network.split('/')
  const width = isIPv4(address) ? 32 : 128
  const prefix = length === undefined ? width : Number(length)
  const hostBits = BigInt(width - prefix)
  const masked = (numberOf(address) >> hostBits) << hostBits
  const text = width === 32 ? dotted(masked) : shortened(masked)
  return prefix === width ? text : `${text}/${prefix}`
}

/** Everywhere in both families, or exactly these. ufw has no rule for all of one family: its two halves are. */
export function sources(networks: string[]): 'everywhere' | string[] {
  const kept = networks.map(asKept)
  const [all4, all6] = [kept.includes('0.0.0.0/0'), kept.includes('::/0')]
  if (all4 && all6) return 'everywhere'
  const halves = [...(all4 ? ['0.0.0.0/1', '128.0.0.0/1'] : []), ...(all6 ? ['::/1', '8000::/1'] : [])]
  return [...new Set([...halves, ...kept.filter((network) => !/^(0\.0\.0\.0|::)\/0$/.test(network))])]
}

function numberOf(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n)
  const [head = '', tail] = address.split('::')
  const [front, back] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => '0')
  return [...front, ...zeros, ...back].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
}

const groups = (text: string): string[] => text.split(':').filter(Boolean)

const dotted = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')

function shortened(value: bigint): string {
  const parts = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn)
  const text = parts.map((part) => part.toString(16)).join(':')
  // A URL's address is shortened as everybody shortens it.
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}
