import { mkdir, readFile, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { OperatorError } from '../../provision/errors.ts'
import type { Machines, MachineSpec } from '../machines.ts'
import { applyCloudFirewall } from '../network/cloud-firewall.ts'
import { connect, disconnect } from '../network/machine-link.ts'
import { applyReservedIps } from '../network/reserved-ips.ts'
import { openRouter } from '../network/router.ts'
import { replaceFile } from '../replace-file.ts'
import type { Slot } from '../slot.ts'
import { removeControlGroups } from './control-groups.ts'
import { mountDisk, unmountDisk } from './disk.ts'
import { inTurn } from './in-turn.ts'
import { placeOf, type Place } from './place.ts'
import { cut, restart, shutDown, start } from './power.ts'
import { findInit, findSupervisor } from './processes.ts'
import { seedDisk } from './seed.ts'
import { removeNspawnFolders } from './traces.ts'

export interface HostsOptions {
  slot: Slot
  stateFolder: string
  /** The folder with the root file system of Debian 13. */
  image: string
  /** Who hosts ask for names; the lab's own DNS unless told otherwise. */
  nameservers?: readonly string[]
}

interface KnownSpec extends MachineSpec {
  /** The folder under this host's disk: a newer image does not fit what the host has changed. */
  imageFolder: string
}

/** Real Debian hosts on this machine, with the slot's network in front of them. They run on when this process ends. */
export async function openHosts({ slot, stateFolder, image, nameservers }: HostsOptions): Promise<Machines> {
  await openRouter(slot)
  const turn = inTurn()
  const place = (id: number) => placeOf(slot, stateFolder, id)
  let reserved: { ip: string; machineId: number }[] = []

  async function reserve(): Promise<void> {
    const specs = await Promise.all(reserved.map(({ machineId }) => readSpec(place(machineId))))
    const known = reserved.flatMap(({ ip }, index) => {
      const machine = specs[index]?.ipv4
      return machine ? { ip, machine } : []
    })
    await applyReservedIps(slot, known)
  }
  // The network's own turn, so that the last set asked for is the last one applied; no droplet has that id.
  const network = 0

  /** From any state that a kill can leave to a running host. */
  async function boot(at: Place): Promise<void> {
    const spec = await readSpec(at)
    if (!spec) throw new Error(`there is no host ${at.id}`)
    await cut(at)
    await Promise.all([
      mountDisk(at, spec.imageFolder).then(() => seedDisk(at, spec, nameservers ?? [slot.gateway])),
      connect(slot, spec),
    ])
    await start(at, spec)
  }

  async function on(id: number): Promise<void> {
    const at = place(id)
    if ((await findInit(at)) === undefined) await boot(at)
  }

  return {
    addresses: slot.addresses,
    address6: (ipv4) => slot.address6(ipv4),
    create: (spec) =>
      turn(spec.id, async () => {
        checkSpec(slot, spec)
        await writeSpec(place(spec.id), { ...spec, imageFolder: image })
        await on(spec.id)
        if (reserved.some(({ machineId }) => machineId === spec.id)) await turn(network, reserve)
      }),
    powerOn: (id) => turn(id, () => on(id)),
    powerOff: (id) => turn(id, () => cut(place(id))),
    shutdown: (id) =>
      turn(id, async () => {
        if ((await findSupervisor(place(id))) !== undefined) await shutDown(place(id))
      }),
    reboot: (id) =>
      turn(id, async () => {
        if ((await findInit(place(id))) === undefined) await on(id)
        else await restart(place(id))
      }),
    destroy: (id) => turn(id, () => destroy(slot, place(id))),
    running: async (id) => (await findSupervisor(place(id))) !== undefined,
    filter: (policies) => turn(network, () => applyCloudFirewall(slot, policies)),
    reserve: (assignments) => {
      reserved = assignments
      return turn(network, reserve)
    },
  }
}

async function destroy(slot: Slot, at: Place): Promise<void> {
  await cut(at)
  await Promise.all([
    unmountDisk(at.root).then(() => rm(at.folder, { recursive: true, force: true })),
    disconnect(slot, at.id),
    removeControlGroups(slot, at),
    removeNspawnFolders((name) => name === at.name),
  ])
}

function checkSpec(slot: Slot, { image, ipv4 }: MachineSpec): void {
  if (image !== 'debian-13-x64') throw new Error(`hosts of the lab are debian-13-x64; got ${image}`)
  if (slot.addresses.includes(ipv4)) return
  throw new OperatorError(`no host can have the address ${ipv4} in this lab`, {
    why: `its addresses are those of ${slot.subnet}; another lab may have taken the ones it had before`,
    fix: 'start again with an empty cloud: npm run lab -- reset',
  })
}

async function readSpec({ specFile }: Place): Promise<KnownSpec | undefined> {
  return existsSync(specFile) ? (JSON.parse(await readFile(specFile, 'utf8')) as KnownSpec) : undefined
}

/** Written whole. What its disk lies on stays as it was first; all else a resize or a new address may change. */
async function writeSpec({ folder, specFile }: Place, spec: KnownSpec): Promise<void> {
  const known = existsSync(specFile) ? (JSON.parse(await readFile(specFile, 'utf8')) as KnownSpec) : spec
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await replaceFile(specFile, JSON.stringify({ ...spec, imageFolder: known.imageFolder }, null, 2))
}
