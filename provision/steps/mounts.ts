import { readMounts } from '../facts/mounts.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile, type Host } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'

interface Mount {
  path: string
  options: string[]
  /** Brings it up at boot. */
  unit: string
  /** Mounted by somebody else: it is only mounted again, with other options. */
  kernels?: boolean
}

const ownUnit = 'shoestring-mounts.service'

const mounts: Mount[] = [
  { path: '/boot', options: ['nodev', 'noexec', 'nosuid'], unit: 'boot.mount' },
  { path: '/home', options: ['nodev', 'nosuid'], unit: 'home.mount' },
  // Before what lies in it.
  { path: '/var', options: ['nodev', 'nosuid'], unit: 'var.mount' },
  { path: '/var/log', options: ['nodev', 'noexec', 'nosuid'], unit: 'var-log.mount' },
  { path: '/var/tmp', options: ['nodev', 'noexec', 'nosuid'], unit: 'var-tmp.mount' },
  { path: '/tmp', options: ['nodev', 'noexec', 'nosuid'], unit: ownUnit, kernels: true },
  { path: '/dev', options: ['noexec', 'nosuid'], unit: ownUnit, kernels: true },
  { path: '/dev/shm', options: ['nodev', 'noexec', 'nosuid'], unit: ownUnit, kernels: true },
  { path: '/proc', options: ['hidepid=invisible'], unit: ownUnit, kernels: true },
]

const ownedUnits = [...mounts.filter(({ kernels }) => !kernels).map(({ unit }) => unit), ownUnit]
const logindDropIn = 'systemd-logind.service.d/00-shoestring.conf'
const folder = '/etc/systemd/system'

/** What can't be done in a folder: no programs in /tmp, no devices but in /dev, no one else's processes in /proc. */
export function mountOptions(
  render: Render,
): Step<{ mounted: Record<string, string[]>; units: Unit[]; files: ObservedFiles }> {
  const paths = [...ownedUnits, logindDropIn].map((name) => `${folder}/${name}`)
  const files: OwnedFile[] = paths.map((path) => ({ path, content: render(path), ...rootFile }))
  return {
    name: 'mounts',
    bare: { mounted: {}, units: ownedUnits.map(() => noUnit), files: {} },
    async observe(host) {
      const [mounted, units, found] = await Promise.all([
        readMounts(host),
        readUnits(host, ownedUnits),
        readFiles(host, paths),
      ])
      return { mounted, units, files: found }
    },
    plan({ mounted, units, files: found }) {
      const fileChanges = planFiles(files, found)
      const disabled = ownedUnits.filter((_, index) => !units[index]?.enabled)
      const unread = fileChanges.length > 0 || units.some(({ stale }) => stale)
      return [
        ...fileChanges,
        ...(unread
          ? [change("make systemd read the mounts' units", ({ $ }) => $`systemctl daemon-reload`)]
          : []),
        ...(disabled.length > 0
          ? [
              change(
                `mount so at every boot: ${disabled.join(' ')}`,
                ({ $ }) => $`systemctl enable ${disabled}`,
              ),
            ]
          : []),
        // logind must be in the group before /proc hides people's processes from it.
        ...(fileChanges.some(({ summary }) => summary.includes('logind'))
          ? [change('restart systemd-logind', ({ $ }) => $`systemctl restart systemd-logind.service`)]
          : []),
        ...mounts.flatMap((mount) => {
          const missing = mount.options.filter((option) => !mounted[mount.path]?.includes(option))
          if (missing.length === 0) return []
          return [
            change(`mount ${mount.path} with ${missing.join(',')}`, (host) =>
              apply(host, mount, mounted[mount.path] !== undefined),
            ),
          ]
        }),
      ]
    },
  }
}

async function apply({ $ }: Host, { path, options, unit, kernels }: Mount, mounted: boolean): Promise<void> {
  if (!mounted) {
    // Not restart, which restarts everything that lives in the folder.
    await $`systemctl start ${unit}`
    return
  }
  const group = path === '/proc' ? ['gid=adm'] : []
  const words = ['remount', ...(kernels ? [] : ['bind']), ...options, ...group].join(',')
  await $`mount -o ${words} ${path}`
}
