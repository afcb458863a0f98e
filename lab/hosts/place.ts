import { join } from 'node:path'
import type { Slot } from '../slot.ts'
import { namespaceName } from '../network/machine-link.ts'

/** Where a host is on this machine: all names follow from slot and id, so that nothing is lost when a process is killed. */
export interface Place {
  id: number
  /** Of its mount, its cgroups and the machine as systemd-nspawn knows it: `shoestring-0-12`. */
  name: string
  /** Its network namespace: `ss0-12`. */
  namespace: string
  /** Holds all of the following. */
  folder: string
  specFile: string
  /** There once the disk has got what cloud-init will read; never written again after. */
  seededFile: string
  /** Process id and start time of what runs the host. */
  pidFile: string
  consoleFile: string
  /** The disk: what the host changed, overlayfs's own folder, and both over the image. */
  upper: string
  work: string
  root: string
}

/** Where a captured disk is on this machine. */
export interface CapturePlace {
  /** There once the capture is whole. */
  folder: string
  /** The capture while it is being made. */
  partFolder: string
}

/** What the names of all hosts in the slot begin with. */
export const placePrefix = (slot: Slot) => `shoestring-${slot.index}-`

/** The place of the host with that id, there or not. */
export function placeOf(slot: Slot, stateFolder: string, id: number): Place {
  const folder = join(stateFolder, 'hosts', String(id))
  return {
    id,
    name: `${placePrefix(slot)}${id}`,
    namespace: namespaceName(slot, id),
    folder,
    specFile: join(folder, 'spec.json'),
    seededFile: join(folder, 'seeded'),
    pidFile: join(folder, 'pid'),
    consoleFile: join(folder, 'console.log'),
    upper: join(folder, 'upper'),
    work: join(folder, 'work'),
    root: join(folder, 'root'),
  }
}

/** The place of the captured disk with that id, there or not. */
export function capturePlaceOf(stateFolder: string, imageId: number): CapturePlace {
  const folder = join(stateFolder, 'images', String(imageId))
  return { folder, partFolder: `${folder}.part` }
}
