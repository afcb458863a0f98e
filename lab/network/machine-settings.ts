import { readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { $ } from './shell.ts'

// What the labs change on the machine itself is noted here by the first one and put back with the last.
const folder = '/run/shoestring'
const forwarding = '/proc/sys/net/ipv4/ip_forward'
const note = { forwarding: `${folder}/ip_forward`, namespaces: `${folder}/made-netns-mount` }

/** Lets the machine forward IPv4, and notes how it was; IPv6 stays, forwarding would end a machine's own router advertisements. */
export async function borrowMachine(): Promise<void> {
  const before = (await readFile(forwarding, 'utf8')).trim()
  if (!existsSync(note.forwarding)) await writeFile(note.forwarding, before)
  // Written only when it differs: the kernel resets other settings, such as accept_redirects, with every change.
  if (before !== '1') await writeFile(forwarding, '1')
  // `ip netns` makes its folder a mount of its own the first time and never undoes it.
  if (!(await isMount('/run/netns'))) await writeFile(note.namespaces, '')
}

/** Puts the machine's settings back as the first lab found them. */
export async function giveBackMachine(): Promise<void> {
  const before = await readFile(note.forwarding, 'utf8').catch(() => undefined)
  if (before === '0') await writeFile(forwarding, '0')
  if (existsSync(note.namespaces) && (await readdir('/run/netns').catch(() => [])).length === 0) {
    if (await isMount('/run/netns')) await $`umount /run/netns`
    await rmdir('/run/netns').catch(() => undefined)
  }
  await rm(folder, { recursive: true, force: true })
}

async function isMount(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/mounts', 'utf8')
  return mounts.split('\n').some((line) => line.split(' ')[1] === path)
}
