import { readMounts } from '../facts/mounts.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { pathsIn, withLines } from '../fstab.ts'
import { rootFile, type Host } from '../host.ts'
import { planAbsent, planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'
import { enable } from '../unit.ts'

interface Mount {
  path: string
  options: string[]
  /** Lays the folder over itself; the other file systems are mounted by somebody else, and again with these options. */
  unit?: string
  /** Mounted by the kernel or by systemd before any unit: /etc/fstab says with which options. */
  type?: string
}

const mounts: Mount[] = [
  { path: '/boot', options: ['nodev', 'noexec', 'nosuid'], unit: 'boot.mount' },
  { path: '/home', options: ['nodev', 'nosuid'], unit: 'home.mount' },
  // Before what lies in it.
  { path: '/var', options: ['nodev', 'nosuid'], unit: 'var.mount' },
  { path: '/var/log', options: ['nodev', 'noexec', 'nosuid'], unit: 'var-log.mount' },
  { path: '/var/tmp', options: ['nodev', 'noexec', 'nosuid'], unit: 'var-tmp.mount' },
  { path: '/tmp', options: ['nodev', 'noexec', 'nosuid'] },
  { path: '/dev', options: ['noexec', 'nosuid'], type: 'devtmpfs' },
  { path: '/dev/shm', options: ['nodev', 'noexec', 'nosuid'], type: 'tmpfs' },
  // Users see their own processes; who logs people in has to see theirs, and is in this group.
  { path: '/proc', options: ['nodev', 'noexec', 'nosuid', 'hidepid=invisible'], type: 'proc' },
]

const ownedUnits = mounts.flatMap(({ unit }) => unit ?? [])
const dropIns = ['systemd-logind.service.d/00-shoestring.conf', 'tmp.mount.d/00-shoestring.conf']
const folder = '/etc/systemd/system'
const fstab = '/etc/fstab'
const fstabLines = mounts.flatMap(({ path, type, options }) =>
  type === undefined ? [] : [{ path, type, options: remountOptions(path, options) }],
)

interface Observed {
  mounted: Record<string, string[]>
  units: Unit[]
  files: ObservedFiles
}

/** What can't be done in a folder: no programs in /tmp, no devices but in /dev, no one else's processes in /proc. */
export function mountOptions(render: Render): Step<Observed> {
  const paths = [...ownedUnits, ...dropIns].map((name) => `${folder}/${name}`)
  const files: OwnedFile[] = paths.map((path) => ({ path, content: render(path), ...rootFile }))
  return {
    name: 'mounts',
    bare: {
      mounted: {},
      units: ownedUnits.map(() => noUnit),
      files: { [fstab]: { content: '', mtimeMs: 0, ...rootFile } },
    },
    async observe(host) {
      const [mounted, units, found] = await Promise.all([
        readMounts(host),
        readUnits(host, ownedUnits),
        readFiles(host, [...paths, fstab]),
      ])
      return { mounted, units, files: found }
    },
    plan({ mounted, units, files: found }) {
      const others = mountedByOthers(found)
      const strayPaths = others.map(({ unit }) => `${folder}/${unit}`)
      const strays = planAbsent(strayPaths, found)
      const fileChanges = [
        ...planFiles(
          files.filter(({ path }) => !strayPaths.includes(path)),
          found,
        ),
        ...strays,
      ]
      const content = withLines(found[fstab]?.content ?? '', fstabLines)
      const disabled = ownedUnits.filter(
        (name, index) => !units[index]?.enabled && !others.some(({ unit }) => unit === name),
      )
      const unread = fileChanges.length > 0 || units.some(({ stale }) => stale)
      return [
        ...fileChanges,
        ...planFiles([{ path: fstab, content, ...rootFile }], found),
        ...(disabled.length > 0
          ? [change(`mount so at every boot: ${disabled.join(' ')}`, enable(disabled, unread))]
          : []),
        ...(unread
          ? [change("make systemd read the mounts' units", ({ $ }) => $`systemctl daemon-reload`)]
          : []),
        // logind must be in the group before /proc hides people's processes from it.
        ...(fileChanges.some(({ summary }) => summary.includes('logind'))
          ? [change('restart systemd-logind', ({ $ }) => $`systemctl restart systemd-logind.service`)]
          : []),
        ...mounts.flatMap((mount) => {
          const missing = missingOf(mount, mounted)
          if (missing.length === 0 || others.includes(mount)) return []
          return [
            change(`mount ${mount.path} with ${missing.join(',')}`, (host) =>
              apply(host, mount, mounted[mount.path] !== undefined),
            ),
          ]
        }),
      ]
    },
    left({ mounted, files: found }) {
      return mountedByOthers(found).flatMap((mount) => {
        const missing = missingOf(mount, mounted)
        if (missing.length === 0) return []
        return [`${mount.path}: a line of ${fstab} mounts it; ${missing.join(',')} is to be added there`]
      })
    },
  }
}

/** A volume that somebody has put there: a unit of ours would be mounted in its place. */
function mountedByOthers(files: ObservedFiles): Mount[] {
  const paths = pathsIn(files[fstab]?.content ?? '')
  return mounts.filter(({ path, unit }) => unit !== undefined && paths.includes(path))
}

function missingOf({ path, options }: Mount, mounted: Observed['mounted']): string[] {
  return options.filter((option) => !mounted[path]?.includes(option))
}

async function apply({ $ }: Host, { path, options, unit }: Mount, mounted: boolean): Promise<void> {
  if (unit !== undefined && !mounted) {
    // Not restart, which restarts everything that lives in the folder.
    await $`systemctl start ${unit}`
    return
  }
  const words = ['remount', ...(unit === undefined ? [] : ['bind']), ...remountOptions(path, options)]
  await $`mount -o ${words.join(',')} ${path}`
}

function remountOptions(path: string, options: string[]): string[] {
  return path === '/proc' ? [...options, 'gid=adm'] : options
}
