import { stat, statfs } from 'node:fs/promises'
import type { Host } from '../host.ts'
import { readAccounts } from './accounts.ts'

/** What a host must be like before anything is changed on it. */
export interface Ground {
  /** `debian 13` */
  system: string
  /** Free on the disk that holds the system. */
  freeMb: number
  /** The host's clock, in ms since 1970, and the last time that it must lie behind: dpkg wrote a file then. */
  nowMs: number
  pastMs: number
  /** Users that listen on the web's ports, by port; `caddy` where it is ours. */
  listeners: { port: number; user: string }[]
}

export const webPorts = [80, 443]

export async function readGround(host: Host): Promise<Ground> {
  const [release, disk, dpkg, tcp4, tcp6, { users }] = await Promise.all([
    host.read('/etc/os-release'),
    statfs('/'),
    stat('/var/lib/dpkg/status').catch(() => undefined),
    host.read('/proc/net/tcp'),
    host.read('/proc/net/tcp6'),
    readAccounts(host),
  ])
  const nameOf = (id: number) => users.values().find((user) => user.id === id)?.name ?? `user ${id}`
  const listeners = parseListeners(`${tcp4 ?? ''}\n${tcp6 ?? ''}`).filter(({ port }) =>
    webPorts.includes(port),
  )
  return {
    system: parseSystem(release ?? ''),
    freeMb: Math.floor((disk.bavail * disk.bsize) / 1024 / 1024),
    nowMs: Date.now(),
    pastMs: dpkg?.mtimeMs ?? 0,
    listeners: listeners.map(({ port, uid }) => ({ port, user: nameOf(uid) })),
  }
}

/** `debian 13` of os-release's lines. */
export function parseSystem(release: string): string {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? ''
  return `${value('ID')} ${value('VERSION_ID')}`.trim()
}

//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid …; state 0A listens.
export function parseListeners(tcp: string): { port: number; uid: number }[] {
  const found = tcp.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A \S+ \S+ \S+\s+(\d+)/gm)
  return [...found].map(([, port = '', uid = '']) => ({ port: Number.parseInt(port, 16), uid: Number(uid) }))
}
