import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const path = '/etc/apt/apt.conf.d/60-shoestring-upgrades'
/** The one fetches what is new, the other installs what of it is security's. */
const timers = ['apt-daily.timer', 'apt-daily-upgrade.timer']
// As Debian's own package leaves them.
const waiting: Unit = { ...noUnit, exists: true, enabled: true, state: 'active' }

/** Security updates by themselves, and a reboot at the set hour where one needs it. */
export function upgrades(render: Render): Step<{ files: ObservedFiles; units: Unit[] }> {
  return {
    name: 'upgrades',
    bare: { files: {}, units: timers.map(() => waiting) },
    async observe(host) {
      const [files, units] = await Promise.all([readFiles(host, [path]), readUnits(host, timers)])
      return { files, units }
    },
    plan({ files, units }) {
      return [
        ...planFiles([{ path, content: render(path), ...rootFile }], files),
        ...timers.flatMap((name, index) => {
          const unit = units[index] ?? noUnit
          // Read anew whenever apt runs, so that no timer has to be told of the file.
          return planService({ name, unit, unitFileChanges: false, startReads: { change: false, files: [] } })
        }),
      ]
    },
  }
}
