import type { Kind } from './action-kind.ts'
import { specOf } from './droplet-spec.ts'
import { unprocessable } from '../wire/errors.ts'
import type { ActionParams, Droplet } from '../state/state.ts'

const turnsActive = (droplet: Droplet) => {
  droplet.status = 'active'
}
const turnsOff = (droplet: Droplet) => {
  droplet.status = 'off'
}
const acceptWhileOn = ({ status }: Droplet): ActionParams => {
  if (status === 'off') throw unprocessable('Droplet is already powered off.')
  return {}
}

/** What switches machines on and off. */
export const powerActions: Readonly<Record<string, Kind>> = {
  // Not to be asked for: every droplet's first action.
  create: {
    machine: (machines, droplet) => machines.create(specOf(droplet)),
    settle: turnsActive,
  },
  power_on: {
    accept({ status }) {
      if (status === 'active') throw unprocessable('Droplet is already powered on.')
      return {}
    },
    // With its spec, because its size may have changed while it was off.
    machine: (machines, droplet) => machines.create(specOf(droplet)),
    settle: turnsActive,
  },
  power_off: {
    accept: acceptWhileOn,
    machine: (machines, { id }) => machines.powerOff(id),
    settle: turnsOff,
  },
  shutdown: {
    accept: acceptWhileOn,
    machine: (machines, { id }) => machines.shutdown(id),
    settle: turnsOff,
  },
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
}
