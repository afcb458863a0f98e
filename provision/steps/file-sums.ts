import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, written, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const timer = 'shoestring-sums.timer'
export const sumsUnits = {
  paths: ['/etc/systemd/system/shoestring-sums.service', `/etc/systemd/system/${timer}`],
  enabled: [timer],
}
const paths = [...sumsUnits.paths, '/etc/default/debsums']

/** Once a week, what Debian brought is compared with what it packed. */
export function fileSums(render: Render): Step<{ unit: Unit; files: ObservedFiles }> {
  const files: OwnedFile[] = paths.map((path) => ({ path, content: render(path), ...rootFile }))
  return {
    name: 'file sums',
    bare: { unit: noUnit, files: {} },
    async observe(host) {
      const [[unit = noUnit], found] = await Promise.all([readUnits(host, [timer]), readFiles(host, paths)])
      return { unit, files: found }
    },
    plan(observed) {
      const changes = planFiles(files, observed.files)
      return [
        ...changes,
        ...planService({
          name: timer,
          unit: observed.unit,
          unitFileChanges: changes.some(({ summary }) => summary.includes('/systemd/')),
          startReads: { change: false, files: written(observed.files, [`/etc/systemd/system/${timer}`]) },
        }),
      ]
    },
  }
}
