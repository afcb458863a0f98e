import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import type { Host } from '../host.ts'
import { change, type Step } from '../step.ts'

/** What would hold memory for nothing here, and why nobody misses it. */
const idle: Record<string, string> = {
  // A request for each of some hundred packages, again every hour until all are answered; only news matter.
  'apt-listchanges.timer': 'fetches the whole history of every package',
  // What it would finish at a shutdown, the next run of apt or of ours finishes.
  'unattended-upgrades.service': 'only waits for a shutdown',
  // Beside everybody who logs in: 12 MB, and an eighth of a second before their command starts. logind does without.
  'user@.service': 'starts a service manager for every login',
}

export const idleUnits = Object.keys(idle)

const isTemplate = (name: string): boolean => name.includes('@.')

/** Units that never start, not even when a package is upgraded or another unit asks for them. */
export function idleServices(): Step<{ unit: Unit; name: string; masked: boolean }[]> {
  return {
    name: 'idle services',
    bare: idleUnits.map((name) => ({ unit: noUnit, name, masked: false })),
    async observe(host) {
      // A template is no unit by itself, and its instances are somebody's logins: they end with those.
      const named = idleUnits.filter((name) => !isTemplate(name))
      const units = await readUnits(host, named)
      return Promise.all(
        idleUnits.map(async (name) => ({
          unit: units[named.indexOf(name)] ?? noUnit,
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
  // First, because a timer that still runs when its unit is masked counts as failed.
  await host.$({ nothrow: true })`systemctl stop ${name}`
  await host.remove(`/etc/systemd/system/${name}`)
  await host.$`systemctl mask ${name}`
}
