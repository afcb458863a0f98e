import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'
import { enable } from '../unit.ts'
import { undoFolder, undoUnit } from '../undo/undo-script.ts'

const path = `/etc/systemd/system/${undoUnit}`
export const wayBackUnits = { paths: [path], values: { folder: undoFolder }, enabled: [undoUnit] }

/** What puts the way in back as it was, in time or at the boot after a power cut; it does nothing until it is armed. */
export function wayBack(render: Render): Step<{ unit: Unit; files: ObservedFiles }> {
  const file: OwnedFile = { path, content: render(path, wayBackUnits.values), ...rootFile }
  return {
    name: 'way back',
    bare: { unit: noUnit, files: {} },
    async observe(host) {
      const [[unit = noUnit], files] = await Promise.all([
        readUnits(host, [undoUnit]),
        readFiles(host, [path]),
      ])
      return { unit, files }
    },
    plan({ unit, files }) {
      const changes = planFiles([file], files)
      const unread = changes.length > 0 || unit.stale
      return [
        ...changes,
        ...(unit.enabled ? [] : [change('look for it at every boot', enable([undoUnit], unread))]),
        ...(unread ? [change('make systemd read its unit', ({ $ }) => $`systemctl daemon-reload`)] : []),
      ]
    },
  }
}
