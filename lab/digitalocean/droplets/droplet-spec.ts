import type { MachineSpec } from '../../machines.ts'
import { size } from '../images/sizes.ts'
import type { Droplet } from '../state/state.ts'

/** What the machine behind a droplet needs to know of it. */
export function specOf(droplet: Droplet): MachineSpec {
  const { id, name, image, ipv4, ipv6, sshKeys, userData } = droplet
  return { id, name, image, ipv4, ipv6, sshKeys, userData, memoryMb: size(droplet.size)?.memory ?? 512 }
}
