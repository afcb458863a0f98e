import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import type { Host } from '../host.ts'
import { change, type Step } from '../step.ts'

/** Services that would hold memory and do nothing here, and why nobody misses them. */
const idle: Record<string, string> = {
  // What it would finish at a shutdown, the next run of apt or of ours finishes.
  'unattended-upgrades.service': 'only waits for a shutdown',
}

/** Units that never start, not even when a package is upgraded or another unit asks for them. */
export function idleServices(): Step<{ unit: Unit; name: string; masked: boolean }[]> {
  const names = Object.keys(idle)
  return {
    name: 'idle services',
    bare: names.map((name) => ({ unit: noUnit, name, masked: false })),
    async observe(host) {
      const units = await readUnits(host, names)
      return Promise.all(
        names.map(async (name, index) => ({
          unit: units[index] ?? noUnit,
          name,
          masked: (await host.link(`/etc/systemd/system/${name}`)) === '/dev/null',
        })),
      )
    },
    plan(observed) {
      return observed
        .filter(({ unit, masked }) => !masked || unit.state === 'active')
        .map(({ name }) => change(`switch ${name} off: it ${idle[name]}`, (host) => mask(host, name)))
    },
  }
}

async function mask(host: Host, name: string): Promise<void> {
  await host.remove(`/etc/systemd/system/${name}`)
  await host.$`systemctl mask --now ${name}`
}
