import { readKernelSettings, writeKernelSetting, type KernelSetting } from '../facts/kernel-settings.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'

const settingsPath = '/etc/sysctl.d/99-shoestring.conf'
const paths = [settingsPath, '/etc/ufw/sysctl.conf', '/etc/modprobe.d/shoestring.conf']

/** Settings of the kernel and of the network, now and at every boot, and the modules that it never loads. */
export function kernel(render: Render): Step<{ settings: KernelSetting[]; files: ObservedFiles }> {
  const files: OwnedFile[] = paths.map((path) => ({ path, content: render(path), ...rootFile }))
  const desired = parseSettings(render(settingsPath))
  const wrong = (settings: KernelSetting[]) =>
    settings.flatMap((setting) => {
      const value = valueFor(desired, setting.name)
      return value === undefined || value === setting.value ? [] : [{ ...setting, value, was: setting.value }]
    })
  return {
    name: 'kernel',
    bare: { settings: [], files: {} },
    async observe(host) {
      const [settings, owned] = await Promise.all([
        readKernelSettings(host, [...desired.keys()]),
        readFiles(host, paths),
      ])
      return { settings, files: owned }
    },
    plan(observed) {
      const possible = observed.settings.filter(({ writable }) => writable)
      return [
        ...planFiles(files, observed.files),
        ...Object.entries(Object.groupBy(wrong(possible), ({ name }) => patternOf(desired, name))).map(
          ([pattern, group = []]) => {
            const where = pattern.includes('*')
              ? ` on ${group.map(({ name }) => interfaceOf(name)).join(' ')}`
              : ''
            const was = [...new Set(group.map((setting) => setting.was))].join(' and ')
            return change(`set ${pattern} to ${desired.get(pattern)}, was ${was}${where}`, async () => {
              for (const { name, value } of group) await writeKernelSetting(name, value)
              // The kernel sets the redirects of every interface back when forwarding changes.
              if (pattern.endsWith('.forwarding')) await writeAll(possible)
            })
          },
        ),
      ]
    },
    left({ settings }) {
      const impossible = wrong(settings).filter(({ writable }) => !writable)
      const names = (absent: boolean) =>
        impossible.filter(({ was }) => (was === undefined) === absent).map(({ name }) => name)
      return [
        ...leftBecause("read-only here, because a container's kernel is its machine's", names(false)),
        ...leftBecause("this kernel doesn't have it, or not in a container", names(true)),
      ]
    },
  }

  async function writeAll(settings: KernelSetting[]) {
    for (const { name } of settings) {
      const value = valueFor(desired, name)
      if (value !== undefined) await writeKernelSetting(name, value)
    }
  }
}

function leftBecause(why: string, names: string[]): string[] {
  return names.length === 0 ? [] : [`${names.join(' ')}: ${why}`]
}

/** `name = value`, a line each, in the order in which they are to be written. */
function parseSettings(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^([^#\s=]+) = (.+)$/gm)].map(([, name = '', value = '']): [string, string] => [
      name,
      value,
    ]),
  )
}

function valueFor(desired: Map<string, string>, name: string): string | undefined {
  return desired.get(patternOf(desired, name))
}

/** The line of the file that a setting comes from: its own, or the one for every network interface. */
function patternOf(desired: Map<string, string>, name: string): string {
  if (desired.has(name)) return name
  return name.replaceAll('/', '.').replace(/^(net\.ipv[46]\.conf)\..+\.([a-z_0-9]+)$/, '$1.*.$2')
}

function interfaceOf(name: string): string {
  return name.replaceAll('/', '.').replace(/^net\.ipv[46]\.conf\.(.+)\.[a-z_0-9]+$/, '$1')
}
