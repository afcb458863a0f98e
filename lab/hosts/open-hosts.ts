import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { OperatorError } from '../../provision/errors.ts'
import type { Machines, MachineSpec } from '../machines.ts'
import { applyCloudFirewall } from '../network/cloud-firewall.ts'
import { connect, disconnect } from '../network/machine-link.ts'
import { applyReservedIps } from '../network/reserved-ips.ts'
import { openRouter } from '../network/router.ts'
import { replaceFile } from '../replace-file.ts'
import type { Slot } from '../slot.ts'
import { captureDisk, fillDisk, readOrigin, removeCapture, type DiskOrigin } from './capture.ts'
import { removeControlGroups, whileFrozen } from './control-groups.ts'
import { discardDisk, mountDisk, unmountDisk } from './disk.ts'
import { inTurn } from './in-turn.ts'
import { readMetrics } from './metrics.ts'
import { capturePlaceOf, placeOf, type Place } from './place.ts'
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

interface KnownSpec extends MachineSpec, DiskOrigin {}

/** Real Debian hosts on this machine, with the slot's network in front of them. They run on when this process ends. */
export async function openHosts({ slot, stateFolder, image, nameservers }: HostsOptions): Promise<Machines> {
  await openRouter(slot)
  const turn = inTurn()
  const place = (id: number) => placeOf(slot, stateFolder, id)
  const capture = (imageId: number) => capturePlaceOf(stateFolder, imageId)
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
    await Promise.all([makeDisk(at, spec), connect(slot, spec)])
    await start(at, spec)
  }

  async function makeDisk(at: Place, spec: KnownSpec): Promise<void> {
    const { image: captured } = spec
    if (typeof captured === 'number') await turn(imageTurn(captured), () => fillDisk(at, capture(captured)))
    await mountDisk(at, spec.imageFolder)
    await seedDisk(at, spec, nameservers ?? [slot.gateway])
  }

  /** What a new disk begins with. */
  async function originOf(wanted: string | number): Promise<DiskOrigin> {
    return typeof wanted === 'number' ? readOrigin(capture(wanted), wanted) : { imageFolder: image }
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
        const { imageFolder, diskOf } = (await readSpec(place(spec.id))) ?? (await originOf(spec.image))
        await writeSpec(place(spec.id), { ...spec, imageFolder, diskOf })
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
    rebuild: (spec) =>
      turn(spec.id, async () => {
        checkSpec(slot, spec)
        const at = place(spec.id)
        const origin = await originOf(spec.image)
        await cut(at)
        await discardDisk(at)
        await writeSpec(at, { ...spec, ...origin })
        await boot(at)
      }),
    readdress: (spec) =>
      turn(spec.id, async () => {
        const known = await readSpec(place(spec.id))
        if (!known) throw new Error(`there is no host ${spec.id}`)
        await writeSpec(place(spec.id), { ...known, ipv4: spec.ipv4, ipv6: spec.ipv6 })
        if ((await findInit(place(spec.id))) !== undefined) await connect(slot, spec)
      }),
    capture: (id, imageId) =>
      turn(id, async () => {
        const known = await readSpec(place(id))
        if (!known) throw new Error(`there is no host ${id}`)
        return turn(imageTurn(imageId), () =>
          whileFrozen(slot, place(id), () => captureDisk(place(id), capture(imageId), known.imageFolder)),
        )
      }),
    removeCapture: (imageId) => turn(imageTurn(imageId), () => removeCapture(capture(imageId))),
    destroy: (id) => turn(id, () => destroy(slot, place(id))),
    running: async (id) => (await findSupervisor(place(id))) !== undefined,
    metrics: async (id) => {
      const at = place(id)
      const spec = await readSpec(at)
      if (!spec || (await findSupervisor(at)) === undefined) return undefined
      return readMetrics(slot, at, spec.imageFolder)
    },
    list: async () => ({
      machines: await idsIn(dirname(place(0).folder)),
      captures: await idsIn(dirname(capture(0).folder)),
    }),
    filter: (policies) => turn(network, () => applyCloudFirewall(slot, policies)),
    reserve: (assignments) => {
      reserved = assignments
      return turn(network, reserve)
    },
  }
}

/** The ids that folders there are named after, `12` and `12.part`. */
async function idsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [])
  return [...new Set(names.map((name) => Number.parseInt(name, 10)))].filter(Number.isInteger)
}

/** Captured disks have turns of their own, below those of the hosts: none goes while it is being copied. */
const imageTurn = (imageId: number) => -imageId

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
  if (typeof image === 'string' && image !== 'debian-13-x64')
    throw new Error(`hosts of the lab are debian-13-x64; got ${image}`)
  if (slot.addresses.includes(ipv4)) return
  throw new OperatorError(`no host can have the address ${ipv4} in this lab`, {
    why: `its addresses are those of ${slot.subnet}; another lab may have taken the ones it had before`,
    fix: 'start again with an empty cloud: npm run lab -- reset',
  })
}

async function readSpec({ specFile }: Place): Promise<KnownSpec | undefined> {
  return existsSync(specFile) ? (JSON.parse(await readFile(specFile, 'utf8')) as KnownSpec) : undefined
}

async function writeSpec({ folder, specFile }: Place, spec: KnownSpec): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await replaceFile(specFile, JSON.stringify(spec, null, 2))
}
