import { lstat } from 'node:fs/promises'
import { release } from 'node:os'
import type { Host } from '../host.ts'

/** What brings the tunnel up. */
export const wireguardUnit = 'shoestring-wireguard.service'

/** Where a host's WireGuard would be: in its kernel, in a program over /dev/net/tun, or nowhere. */
export type WireguardWay = 'kernel' | 'program' | 'none'

/** The interface as it stands, whoever made it so. */
export interface WireguardInterface {
  port: number
  /** With their prefixes: `10.77.0.1/24`. */
  addresses: string[]
  /** What each may send from, by public key: `10.77.0.2/32`. */
  peers: Record<string, string>
}

/** A private or public key: 32 bytes in base64. */
export const isWireguardKey = (text: string): boolean => /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text)

export async function readWireguardWay(host: Host): Promise<WireguardWay> {
  const modules = `/lib/modules/${release()}`
  const [loaded, lists, device] = await Promise.all([
    host.list('/sys/module/wireguard'),
    Promise.all(['modules.dep', 'modules.builtin'].map((name) => host.read(`${modules}/${name}`))),
    lstat('/dev/net/tun').catch(() => undefined),
  ])
  if (loaded.length > 0 || lists.some((list) => list?.includes('/wireguard.ko'))) return 'kernel'
  return device?.isCharacterDevice() ? 'program' : 'none'
}

/** Asks the interface itself; undefined where there is none, or one that isn't WireGuard's. */
export async function readWireguard({ $ }: Host, name: string): Promise<WireguardInterface | undefined> {
  const quiet = $({ nothrow: true })
  const [dump, shown] = await Promise.all([
    quiet`wg show ${name} dump`,
    quiet`ip -json address show dev ${name}`,
  ])
  if (dump.exitCode !== 0 || shown.exitCode !== 0) return undefined
  const [link] = JSON.parse(shown.stdout) as {
    addr_info: { local: string; prefixlen: number; scope: string }[]
  }[]
  const own = (link?.addr_info ?? []).filter(({ scope }) => scope !== 'link')
  return { ...parseDump(dump.stdout), addresses: own.map(({ local, prefixlen }) => `${local}/${prefixlen}`) }
}

// First the interface: private key, public key, port, mark. Then a line a peer: key, shared key, endpoint, networks …
export function parseDump(dump: string): Pick<WireguardInterface, 'port' | 'peers'> {
  const [own = [], ...peers] = dump
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'))
  return {
    port: Number(own[2] ?? 0),
    peers: Object.fromEntries(peers.map(([key = '', , , networks = '']) => [key, networks])),
  }
}
