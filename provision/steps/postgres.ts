import { utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cluster, version } from '../facts/postgres.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile, type Host } from '../host.ts'
import { planFiles, readFiles, written, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Change, type Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService, unmask } from '../unit.ts'

const settingsPath = `${cluster.config}/conf.d/00-shoestring.conf`
const startPath = `${cluster.config}/start.conf`
const accessPath = `${cluster.config}/pg_hba.conf`
/** What boot enables: it starts every cluster whose start.conf says `auto`. */
const allClusters = 'postgresql.service'
export const postgresUnitPath = `/etc/systemd/system/${cluster.unit}.d/00-shoestring.conf`

interface Observed {
  /** There is a cluster, and none that was half made. */
  made: boolean
  unit: Unit
  /** What starts all clusters at boot, and whether this one is among them. */
  all: Unit
  atBoot: boolean
  files: ObservedFiles
  /** Content of the files that Postgres reads after ours, by path: what stands in them counts more. */
  later: Record<string, string>
}

/** The cluster: tuned for a small host, reached over its socket only, by the users that the system vouches for. */
export function postgres(desired: { database: string; role: string }, render: Render): Step<Observed> {
  const access = { mode: 0o640, owner: 'postgres', group: 'postgres' }
  const settings: OwnedFile = { path: settingsPath, content: render(settingsPath), ...access }
  const unitFile: OwnedFile = { path: postgresUnitPath, content: render(postgresUnitPath), ...rootFile }
  const who: OwnedFile = { path: accessPath, content: render(accessPath, desired), ...access }
  return {
    name: 'postgres',
    bare: {
      made: false,
      unit: noUnit,
      all: { ...noUnit, enabled: true },
      atBoot: true,
      files: {},
      later: {},
    },
    async observe(host) {
      const [names, half, start = '', [unit = noUnit, all = noUnit], files, later] = await Promise.all([
        host.list(cluster.config),
        host.read(makingPath),
        host.read(startPath),
        readUnits(host, [cluster.unit, allClusters]),
        readFiles(host, [postgresUnitPath, settingsPath, accessPath]),
        readLater(host),
      ])
      const made = names.includes('postgresql.conf') && half === undefined
      // Anything beside comments and `auto` is somebody's wish that boot leaves it alone.
      const atBoot = /^\s*auto\b/m.test(start)
      return { made, unit, all, atBoot, files, later }
    },
    plan(observed) {
      const { files } = observed
      const whoChanges = planFiles([who], files)
      const settingsChanges = [
        ...planFiles([settings], files),
        ...Object.entries(observed.later).flatMap(([path, text]) =>
          planOverrides(path, text, settings.content),
        ),
      ]
      const unitChanges = planFiles([unitFile], files)
      return [
        ...(observed.made ? [] : [change(`make cluster ${version}/main`, makeCluster)]),
        ...(observed.all.masked ? [change('unmask postgresql', (host) => unmask(host, allClusters))] : []),
        ...(observed.made && !(observed.all.enabled && observed.atBoot)
          ? [change(`start cluster ${version}/main at boot`, startAtBoot)]
          : []),
        ...settingsChanges,
        ...whoChanges,
        ...unitChanges,
        ...planService({
          name: cluster.unit,
          unit: observed.unit,
          unitFileChanges: unitChanges.length > 0,
          startReads: {
            change: settingsChanges.length > 0,
            files: written(files, [settingsPath, postgresUnitPath]),
          },
          reloadReads: { change: whoChanges.length > 0, files: written(files, [accessPath]) },
          // Debian starts every cluster whose start.conf says `auto`; its units are never enabled one by one.
          enable: false,
        }),
      ]
    },
  }
}

async function readLater(host: Host): Promise<Record<string, string>> {
  const paths = [`${cluster.config}/postgresql.conf`, `${cluster.data}/postgresql.auto.conf`]
  const texts = await Promise.all(paths.map((path) => host.read(path)))
  return Object.fromEntries(paths.flatMap((path, index) => (texts[index] ? [[path, texts[index]]] : [])))
}

/** Settings of ours that somebody set elsewhere, where they count more: by ALTER SYSTEM, or below the line that reads ours. */
function planOverrides(path: string, text: string, ours: string): Change[] {
  const owned = new Set([...ours.matchAll(/^(\w+)\s*=/gm)].map(([, name]) => name))
  const lines = text.split('\n')
  // Debian's file reads the folder that ours is in by one of its lines.
  const from = path.endsWith('.auto.conf') ? 0 : lines.findIndex((line) => /^\s*include_dir\b/.test(line))
  const nameOf = (line: string, index: number): string | undefined => {
    const name = from < 0 || index < from ? undefined : /^\s*(\w+)\s*[=\s]/.exec(line)?.[1]?.toLowerCase()
    return name !== undefined && owned.has(name) ? name : undefined
  }
  const names = [...new Set(lines.flatMap((line, index) => nameOf(line, index) ?? []))]
  if (names.length === 0) return []
  const rest = lines.filter((line, index) => nameOf(line, index) === undefined).join('\n')
  const mode = path.endsWith('.auto.conf') ? 0o600 : 0o640
  return [
    change(`take ${names.join(', ')} out of ${path}`, async (host) => {
      // Newer than the server's start from here on, so that a run that dies after this has it restarted.
      await utimes(settingsPath, new Date(), new Date())
      await host.write(path, rest, { mode, owner: 'postgres', group: 'postgres' })
    }),
  ]
}

async function startAtBoot(host: Host): Promise<void> {
  await host.write(startPath, 'auto\n', { mode: 0o644, owner: 'postgres', group: 'postgres' })
  await host.$`systemctl enable ${allClusters}`
}

// There from before a cluster is begun until it is whole: a power cut in between leaves one that looks made.
const makingPath = '/var/lib/shoestring/making-cluster'

async function makeCluster(host: Host): Promise<void> {
  const { $ } = host
  if ((await host.read(makingPath)) !== undefined) {
    await $({ nothrow: true })`pg_dropcluster --stop ${version} main`
    await Promise.all([host.remove(cluster.config), host.remove(cluster.data)])
  }
  await host.write(makingPath, '', rootFile)
  // As at boot, where it stands for all clusters; there is none yet that it could start.
  await $`systemctl start postgresql.service`
  // Not started yet: it starts once, with its settings in place. C.UTF-8 sorts the same after every system upgrade.
  await $`pg_createcluster ${version} main --locale=C.UTF-8 --encoding=UTF8 -- --data-checksums`
  await $`sync`
  await host.remove(makingPath)
  // Before anybody puts anything into it.
  await $`sync ${dirname(makingPath)}`
}
