import { readContainer } from '../facts/container.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import type { Step } from '../step.ts'
import { planService } from '../unit.ts'

const name = 'systemd-timesyncd.service'

/** The host's clock, kept right by Debian's time servers. */
export function clock(): Step<{ container: string | undefined; unit: Unit }> {
  return {
    name: 'clock',
    // Debian's image for droplets has it running.
    bare: { container: undefined, unit: { ...noUnit, exists: true, enabled: true, state: 'active' } },
    async observe(host) {
      const [container, [unit = noUnit]] = await Promise.all([readContainer(host), readUnits(host, [name])])
      return { container, unit }
    },
    plan({ container, unit }) {
      if (container !== undefined) return []
      return planService({ name, unit, unitFileChanges: false, startReads: { change: false, files: [] } })
    },
    left({ container }) {
      return container === undefined ? [] : [`time from a server: ${container} has its machine's clock`]
    },
  }
}
