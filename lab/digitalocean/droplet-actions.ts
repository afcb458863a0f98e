import type { MachineSpec, Machines } from '../machines.ts'
import { backupPolicyIn } from './backups.ts'
import { flag, text, type Body } from './body.ts'
import { size } from './catalog.ts'
import { notImplemented, unprocessable } from './errors.ts'
import { validName } from './new-droplet.ts'
import type { ActionParams, Droplet } from './state.ts'

interface Kind {
  /** Refuses, or answers what of the request has to be remembered. */
  accept?(droplet: Droplet, body: Body): ActionParams
  /** What happens to the machine; safe to repeat after a crash. */
  machine?(machines: Machines, droplet: Droplet, params: ActionParams): Promise<void>
  /** What is true of the droplet afterwards. */
  settle?(droplet: Droplet, params: ActionParams, machines: Machines): void
}

const turnsActive = (droplet: Droplet) => {
  droplet.status = 'active'
}
const turnsOff = (droplet: Droplet) => {
  droplet.status = 'off'
}

/** What droplets can be told to do, by the action's type. */
export const dropletActions: Readonly<Record<string, Kind>> = {
  // Not to be asked for: every droplet's first action.
  create: {
    machine: (machines, droplet) => machines.create(specOf(droplet)),
    settle: turnsActive,
  },
  // With its spec, because its size may have changed while it was off.
  power_on: { machine: (machines, droplet) => machines.create(specOf(droplet)), settle: turnsActive },
  power_off: {
    accept({ status }) {
      if (status === 'off') throw unprocessable('Droplet is already powered off.')
      return {}
    },
    machine: (machines, { id }) => machines.powerOff(id),
    settle: turnsOff,
  },
  shutdown: { machine: (machines, { id }) => machines.shutdown(id), settle: turnsOff },
  reboot: {
    machine: async (machines, { id, status }) =>
      status === 'off' ? machines.powerOn(id) : machines.reboot(id),
    settle: turnsActive,
  },
  power_cycle: {
    async machine(machines, { id }) {
      await machines.powerOff(id)
      await machines.powerOn(id)
    },
    settle: turnsActive,
  },
  rename: {
    accept: (_droplet, body) => ({ name: validName(text(body, 'name')) }),
    settle(droplet, { name }) {
      droplet.name = String(name)
    },
  },
  resize: {
    accept: acceptResize,
    settle(droplet, params) {
      droplet.size = String(params['size'])
      if (params['disk']) droplet.disk = size(droplet.size)?.disk ?? droplet.disk
    },
  },
  enable_ipv6: {
    settle(droplet, _params, machines) {
      addFeature(droplet, 'ipv6')
      droplet.ipv6 = machines.address6(droplet.ipv4)
    },
  },
  enable_backups: backupKind(),
  change_backup_policy: backupKind(),
  disable_backups: {
    settle(droplet) {
      droplet.features = droplet.features.filter((feature) => feature !== 'backups')
      delete droplet.backupPolicy
    },
  },
}

const realButMissing = [
  'rebuild',
  'restore',
  'snapshot',
  'password_reset',
  'change_kernel',
  'enable_private_networking',
]

/** Checks an action that someone asks for. */
export function acceptAction(droplet: Droplet, body: Body): { type: string; params: ActionParams } {
  const type = text(body, 'type') ?? ''
  if (realButMissing.includes(type)) throw notImplemented(`the droplet action ${type}`)
  const kind = type === 'create' || !Object.hasOwn(dropletActions, type) ? undefined : dropletActions[type]
  if (!kind) throw unprocessable(`unknown action ${JSON.stringify(type)}`)
  if (droplet.locked) throw unprocessable('Droplet already has a pending event.')
  return { type, params: kind.accept?.(droplet, body) ?? {} }
}

function specOf(droplet: Droplet): MachineSpec {
  const { id, name, image, ipv4, ipv6, sshKeys, userData } = droplet
  return { id, name, image, ipv4, ipv6, sshKeys, userData, memoryMb: size(droplet.size)?.memory ?? 512 }
}

function acceptResize(droplet: Droplet, body: Body): ActionParams {
  const wanted = size(text(body, 'size'))
  if (!wanted) throw unprocessable('You specified an invalid size for Droplet resize.')
  if (droplet.status !== 'off') throw unprocessable('Droplet must be powered off to resize.')
  if (wanted.disk < droplet.disk)
    throw unprocessable('You cannot resize a Droplet with a larger disk to a size with smaller disk.')
  return { size: wanted.slug, disk: flag(body, 'disk') ?? false }
}

function addFeature(droplet: Droplet, feature: string): void {
  if (!droplet.features.includes(feature)) droplet.features.push(feature)
}

function backupKind(): Kind {
  return {
    accept: (_droplet, body) => ({ policy: JSON.stringify(backupPolicyIn(body)) }),
    settle(droplet, { policy }) {
      addFeature(droplet, 'backups')
      droplet.backupPolicy = JSON.parse(String(policy)) as NonNullable<Droplet['backupPolicy']>
    },
  }
}
