import { constants } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import type { Host } from '../host.ts'

/** A kernel setting as it stands. */
export interface KernelSetting {
  /** `net.ipv4.conf.eth0.rp_filter`; a network interface whose name has a dot is written with slashes. */
  name: string
  /** Undefined where this kernel doesn't have it. */
  value: string | undefined
  /** In a container most are its machine's. */
  writable: boolean
}

/** Reads settings by name; `*` stands for every network interface. */
export async function readKernelSettings(host: Host, names: string[]): Promise<KernelSetting[]> {
  const families = await Promise.all(
    ['ipv4', 'ipv6'].map((family) => host.list(`/proc/sys/net/${family}/conf`)),
  )
  const interfaces = { ipv4: families[0] ?? [], ipv6: families[1] ?? [] }
  const all = names.flatMap((name) => {
    const [, family] = /^net\.(ipv4|ipv6)\.conf\.\*\./.exec(name) ?? []
    return family === 'ipv4' || family === 'ipv6'
      ? interfaces[family].map((one) => pathOf(name).replace('*', one))
      : [pathOf(name)]
  })
  return Promise.all(
    all.map(async (path) => {
      const [value, writable] = await Promise.all([
        host.read(path),
        access(path, constants.W_OK).then(
          () => true,
          () => false,
        ),
      ])
      return { name: nameOf(path), value: value?.trim().replaceAll(/\s+/g, ' '), writable }
    }),
  )
}

export async function writeKernelSetting(name: string, value: string): Promise<void> {
  await writeFile(pathOf(name), `${value}\n`)
}

const root = '/proc/sys/'

function pathOf(name: string): string {
  return root + (name.includes('/') ? name : name.replaceAll('.', '/'))
}

function nameOf(path: string): string {
  const name = path.slice(root.length)
  return name.includes('.') ? name : name.replaceAll('/', '.')
}
