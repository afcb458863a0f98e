import { readdir, rm, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { $ } from './shell.ts'
import type { Slot } from '../slot.ts'

const folder = '/run/netns'

/** Makes the named network namespace unless it is there. */
export async function addNamespace(name: string): Promise<void> {
  if (await isNamespace(name)) return
  // An `ip netns add` that was killed half-way leaves a plain file.
  await rm(`${folder}/${name}`, { force: true })
  await $`ip netns add ${name}`
}

/** Removes the named network namespace; gone already is fine. */
export async function removeNamespace(name: string): Promise<void> {
  if (await isNamespace(name)) await $`ip netns del ${name}`
  else await rm(`${folder}/${name}`, { force: true })
}

/** All namespaces of the slot: its router's and its machines'. */
export async function namespacesOf(slot: Slot): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name === slot.prefix || name.startsWith(`${slot.prefix}-`))
}

/** The number by which the kernel knows the namespace, as in the links of /proc/PID/ns. */
export async function namespaceInode(name: string): Promise<number | undefined> {
  return (await isNamespace(name)) ? (await stat(`${folder}/${name}`)).ino : undefined
}

/** Runs lines of `ip -batch` in a namespace, or on the machine itself. */
export async function ip(namespace: string | undefined, lines: (string | false)[]): Promise<void> {
  const where = namespace ? ['-n', namespace] : []
  await $({ input: lines.filter(Boolean).join('\n') })`ip ${where} -batch -`
}

/** Whether a link of that name is in the namespace, or on the machine itself. */
export async function hasLink(namespace: string | undefined, link: string): Promise<boolean> {
  const where = namespace ? ['-n', namespace] : []
  return (await $({ nothrow: true })`ip ${where} link show dev ${link}`).exitCode === 0
}

/** False where the kernel was started without IPv6: the lab then has IPv4 only. */
export const hasIpv6 = existsSync('/proc/sys/net/ipv6')

async function isNamespace(name: string): Promise<boolean> {
  const [own, parent] = await Promise.all([
    stat(`${folder}/${name}`).catch(() => undefined),
    stat(folder).catch(() => undefined),
  ])
  return own !== undefined && own.dev !== parent?.dev
}
