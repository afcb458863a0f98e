import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from '../network/shell.ts'
import { removeEverything } from '../cleanup.ts'
import { readResolvers } from '../dns/resolvers.ts'
import type { Machines, MachineSpec } from '../machines.ts'
import { openPorts } from '../network/open-ports.ts'
import { claimSlot } from '../claim-slot.ts'
import type { Slot } from '../slot.ts'
import { openHosts } from './open-hosts.ts'
import { sshSession, type CommandResult } from './ssh-session.ts'

/** A fresh Debian for a test, reached as an operator reaches it. */
export interface TestHost {
  id: number
  name: string
  address: string
  address6: string
  /** Runs a shell command there as root, over ssh. */
  $(command: string, input?: string): Promise<CommandResult>
  writeFile(path: string, content: string): Promise<void>
  /** Reboots and waits until it lets us in again. */
  reboot(): Promise<void>
  /** Cuts the power, switches on again, and waits until it lets us in. */
  powerCycle(): Promise<void>
  /** The TCP ports that answer from outside: 1 to 1024 and some likely ones. */
  openPorts(): Promise<number[]>
}

/** Hosts in a slot of their own, with nothing else of a lab: no API, no DNS. */
export interface TestLab {
  slot: Slot
  stateFolder: string
  machines: Machines
  /** Boots a host and waits until its cloud-init is done. */
  addHost(wish?: Partial<MachineSpec>): Promise<TestHost>
  removeHost(host: TestHost): Promise<void>
  remove(): Promise<void>
}

/** A lab for tests in a folder of its own, on that image. */
export async function openTestLab(image: string, parent = tmpdir()): Promise<TestLab> {
  const stateFolder = await mkdtemp(join(parent, 'shoestring-test-'))
  const slot = await claimSlot(stateFolder)
  const remove = async () => {
    await removeEverything(stateFolder, slot)
    await rm(stateFolder, { recursive: true, force: true })
  }
  try {
    await $`ssh-keygen -q -t ed25519 -N ${''} -C test -f ${join(stateFolder, 'key')}`
    const key = (await readFile(join(stateFolder, 'key.pub'), 'utf8')).trim()
    // No DNS of a lab here: hosts ask whom this machine asks.
    const machines = await openHosts({ slot, stateFolder, image, nameservers: await reachableResolvers() })
    const free = [...slot.addresses]
    let id = 0
    const sessions = new Map<number, ReturnType<typeof sshSession>>()
    return {
      slot,
      stateFolder,
      machines,
      async addHost(wish) {
        const ipv4 = free.shift()
        if (!ipv4) throw new Error(`no address left in ${slot.subnet}`)
        id += 1
        const defaults = { id, name: 'web', memoryMb: 512, image: 'debian-13-x64', ipv4, sshKeys: [key] }
        const spec: MachineSpec = { ...defaults, ipv6: slot.address6(ipv4), ...wish }
        const session = sshSession(spec.ipv4, stateFolder)
        sessions.set(spec.id, session)
        await machines.create(spec)
        await session.ready()
        await session.run('cloud-init status --wait')
        return testHost(spec, machines, session)
      },
      async removeHost(host) {
        await sessions.get(host.id)?.close()
        await machines.destroy(host.id)
        // Last in the queue: connections that were cut must not meet the next host.
        free.push(host.address)
      },
      async remove() {
        await Promise.all([...sessions.values()].map((session) => session.close()))
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Whom this machine asks for names, where that is somebody whom a host can ask too. */
async function reachableResolvers(): Promise<string[]> {
  const lists = await Promise.all([readResolvers(), readResolvers('/run/systemd/resolve/resolv.conf')])
  const reachable = lists.map((list) => list.filter((address) => !/^(127\.|::1$|fe80:)/.test(address)))
  return reachable.find((list) => list.length > 0) ?? []
}

function testHost(spec: MachineSpec, machines: Machines, session: ReturnType<typeof sshSession>): TestHost {
  const { id, name, ipv4: address } = spec
  return {
    id,
    name,
    address,
    address6: spec.ipv6 ?? '',
    $: (command, input) => session.run(command, input),
    async writeFile(path, content) {
      const { exitCode, stderr } = await session.run(`cat > '${path}'`, content)
      if (exitCode !== 0) throw new Error(`${path}: ${stderr}`)
    },
    async reboot() {
      await session.close()
      await machines.reboot(id)
      await session.ready()
    },
    async powerCycle() {
      await session.close()
      await machines.powerOff(id)
      await machines.powerOn(id)
      await session.ready()
    },
    openPorts: () => openPorts(address),
  }
}
