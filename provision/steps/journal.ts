import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const path = '/etc/systemd/journald.conf.d/00-shoestring.conf'

/** What the journal may take of a small disk. */
export function journal(render: Render): Step<{ unit: Unit; files: ObservedFiles }> {
  const file: OwnedFile = { path, content: render(path), ...rootFile }
  return {
    name: 'journal',
    bare: { unit: { ...noUnit, exists: true, state: 'active' }, files: {} },
    async observe(host) {
      const [[unit = noUnit], files] = await Promise.all([
        readUnits(host, ['systemd-journald.service']),
        readFiles(host, [path]),
      ])
      return { unit, files }
    },
    plan({ unit, files }) {
      const changes = planFiles([file], files)
      const mtimeMs = files[path]?.mtimeMs ?? 0
      return [
        ...changes,
        ...planService({
          name: 'systemd-journald.service',
          unit,
          unitFileChanges: false,
          startReads: { change: changes.length > 0, files: [{ path, mtimeMs }] },
          // Its sockets start it at boot.
          enable: false,
        }),
      ]
    },
  }
}
