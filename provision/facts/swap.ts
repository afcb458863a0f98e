import { release } from 'node:os'
import type { Host } from '../host.ts'
import { readContainer } from './container.ts'
import { noUnit, readUnits, type Unit } from './unit.ts'

/** How a host can have more memory than it has. */
export interface Swap {
  container: string | undefined
  /** The kernel can press memory together. */
  zram: boolean
  unit: Unit
}

export const swapUnit = 'shoestring-swap.service'

export async function readSwap(host: Host): Promise<Swap> {
  const [container, modules, controls, [unit = noUnit]] = await Promise.all([
    readContainer(host),
    host.read(`/lib/modules/${release()}/modules.dep`),
    host.list('/sys/class/zram-control'),
    readUnits(host, [swapUnit]),
  ])
  return { container, zram: controls.length > 0 || /\/zram\.ko/.test(modules ?? ''), unit }
}
