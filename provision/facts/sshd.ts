import type { Host } from '../host.ts'
import { noUnit, readUnits, type Unit } from './unit.ts'

const mainPath = '/etc/ssh/sshd_config'
const folder = '/etc/ssh/sshd_config.d'

export interface Sshd {
  unit: Unit
  /** systemd listens and starts one sshd a connection, so nothing has to be reloaded. */
  socket: boolean
  /** Every line that sshd reads, in its order: its file, keyword, the rest, and whether only for some connections. */
  lines: SshdLine[]
  /** What it answers for an operator, a line a setting: `permitrootlogin no`. */
  effective: string[]
}

export interface SshdLine {
  file: string
  keyword: string
  value: string
  conditional: boolean
}

export const noSshd: Sshd = { unit: noUnit, socket: false, lines: [], effective: [] }

/** Reads sshd's files in its own order, and asks it what would count for that user. */
export async function readSshd(host: Host, user: string): Promise<Sshd> {
  const [units, names, main, asked] = await Promise.all([
    readUnits(host, ['ssh.service', 'ssh.socket']),
    host.list(folder),
    host.read(mainPath),
    askSshd(host, user),
  ])
  const paths = names
    .filter((name) => name.endsWith('.conf'))
    .toSorted()
    .map((name) => `${folder}/${name}`)
  const texts = await Promise.all(paths.map(async (path) => [path, (await host.read(path)) ?? ''] as const))
  const [unit = noUnit, socket = noUnit] = units
  return {
    unit,
    socket: socket.state === 'active',
    lines: [...texts, [mainPath, main ?? ''] as const].flatMap(([file, text]) => parseLines(file, text)),
    effective: asked,
  }
}

/** sshd's own answer: which settings count for a connection of that user. Empty where it can't tell. */
export async function askSshd({ $ }: Host, user: string): Promise<string[]> {
  const connection = `user=${user},host=localhost,addr=192.0.2.1`
  const { exitCode, stdout } = await $({ nothrow: true })`sshd -T -C ${connection}`
  return exitCode === 0 ? stdout.trim().split('\n') : []
}

export function parseLines(file: string, text: string): SshdLine[] {
  let conditional = false
  return text.split('\n').flatMap((line) => {
    const [, word = '', rest = ''] = /^\s*([A-Za-z0-9]+)\s*[\s=]\s*(.*?)\s*$/.exec(line) ?? []
    const keyword = word.toLowerCase()
    if (keyword === '') return []
    // From a Match to the end of the file, lines count for some connections, and there before all others.
    if (keyword === 'match') conditional = rest.toLowerCase() !== 'all'
    return [{ file, keyword, value: rest.replace(/^"(.*)"$/, '$1'), conditional }]
  })
}
