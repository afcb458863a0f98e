import { utimes } from 'node:fs/promises'
import type { DesiredRelease } from '../desired.ts'
import { noUnit, type Unit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Change, type Step } from '../step.ts'
import type { Render } from '../template.ts'
import { discard, startUntilHealthy, stopDrained, switchTo } from './cut-over.ts'
import { changedNames } from './env-file.ts'
import { unitOf, unpack } from './folder.ts'
import { planMigrations } from './migrations.ts'
import { commandPath, noRelease, readRelease, unitPath, type ObservedRelease } from './observed.ts'

// Enough to go back twice; each is a few MB.
const keptReleases = 3

/** The app: unpacked beside the running release, started, asked how it is, and only then the one that serves. */
export function release(desired: DesiredRelease, render: Render): Step<ObservedRelease> {
  // The Node that runs this is the one that came for the app.
  const content = render(unitPath, { node: process.execPath })
  // Ours holds no setting, but one that was written by hand may, as Environment=.
  const unitFile: OwnedFile = { path: unitPath, content, secret: true, ...rootFile }
  const command: OwnedFile = {
    path: commandPath,
    content: render(commandPath, { node: process.execPath }),
    ...rootFile,
    mode: 0o755,
  }
  return {
    name: 'app',
    bare: noRelease,
    observe: (host) => readRelease(host, desired),
    plan: (observed) => [
      ...planUnit(unitFile, observed),
      ...planFiles([command], observed.files),
      ...planUnpack(desired, observed),
      ...planMigrations(desired, observed.migrated),
      ...planStart(desired, observed, unitFile),
      ...planSwitch(desired, observed),
      ...planRest(desired, observed),
    ],
  }
}

function planUnit(unitFile: OwnedFile, { files, units }: ObservedRelease): Change[] {
  const changes = [...planFiles([unitFile], files), ...planStrays(unitFile, units)]
  const stale = Object.values(units).some((unit) => unit.stale)
  return changes.length === 0 && !stale
    ? []
    : [...changes, change("make systemd read app's unit", ({ $ }) => $`systemctl daemon-reload`)]
}

/** The unit is ours whole, so that what changes it from beside is somebody's hand. */
function planStrays({ path: own }: OwnedFile, units: ObservedRelease['units']): Change[] {
  const strays = new Set(
    Object.values(units).flatMap(({ dropIns }) => dropIns.filter((path) => path.startsWith(ofOurUnits))),
  )
  return [...strays].map((path) =>
    change(`remove ${path}, which changes app's unit`, async (host) => {
      // Newer than the app's start from here on, so that a run that dies after this has it restarted.
      await utimes(own, new Date(), new Date()).catch(() => undefined)
      await host.remove(path)
    }),
  )
}

/** `systemctl edit` makes such for one release or for all. */
const ofOurUnits = '/etc/systemd/system/app@'

function planUnpack(desired: DesiredRelease, observed: ObservedRelease): Change[] {
  const { folders, damage, current, settings } = observed
  const put = (summary: string) => [change(summary, (host) => unpack(host, desired))]
  if (folders.some(({ hash }) => hash === desired.hash)) {
    return damage.length === 0 ? [] : put(`unpack ${label(desired)} again: changed are ${damage.join(', ')}`)
  }
  const { APP_RELEASE, APP_VERSION, ...before } = settings
  const names = current === undefined ? [] : changedNames(before, desired.settings)
  return put(
    `unpack ${label(desired)}${names.length > 0 ? `, settings that change: ${names.join(', ')}` : ''}`,
  )
}

function planStart(desired: DesiredRelease, observed: ObservedRelease, unitFile: OwnedFile): Change[] {
  const { units, files, damage, unpackedMs, health, current } = observed
  const unit: Unit = units[desired.hash] ?? noUnit
  const fresh = change(`start ${label(desired)}`, (host) => startUntilHealthy(host, desired, current))
  if (unit.state !== 'active') return [fresh]
  const unitMs = files[unitFile.path]?.mtimeMs ?? 0
  const outdated =
    planFiles([unitFile], files).length > 0 ||
    planStrays(unitFile, units).length > 0 ||
    damage.length > 0 ||
    Math.max(unitMs, unpackedMs) > unit.startedMs
  if (!outdated && health.healthy) return []
  return [{ ...fresh, summary: `restart ${label(desired)}${outdated ? '' : `: ${health.said}`}` }]
}

function planSwitch(desired: DesiredRelease, observed: ObservedRelease): Change[] {
  const { current, units, folders } = observed
  const before = folders.find(({ hash }) => hash === current)
  const names =
    before?.version === desired.version ? [label(before), label(desired)] : [before?.version, desired.version]
  const summary = before ? `switch from ${names[0]} to ${names[1]}` : `switch to ${desired.version}`
  return [
    // Before the switch: a host that restarts in between comes up with both, and goes on with the current one.
    ...(units[desired.hash]?.enabled
      ? []
      : [change(`start ${label(desired)} at boot`, ({ $ }) => $`systemctl enable ${unitOf(desired.hash)}`)]),
    ...(current === desired.hash ? [] : [change(summary, (host) => switchTo(host, desired.hash, current))]),
  ]
}

function planRest(desired: DesiredRelease, observed: ObservedRelease): Change[] {
  const { units, folders, leftovers, current } = observed
  const others = Object.entries(units).filter(([hash]) => hash !== desired.hash)
  const used = folders.filter(({ hash }) => hash !== desired.hash && hash !== current)
  const before = folders.filter(({ hash }) => hash === current && hash !== desired.hash)
  const surplus = [...before, ...used].slice(keptReleases - 1)
  const labelOf = (hash: string) =>
    label(folders.find((one) => one.hash === hash) ?? { hash, version: 'release' })
  return [
    ...others
      .filter(([, { state, enabled }]) => enabled || (state !== 'inactive' && state !== 'failed'))
      .map(([hash]) => change(`stop ${labelOf(hash)}`, (host) => stopDrained(host, hash))),
    ...surplus.map(({ hash }) => change(`remove ${labelOf(hash)}`, (host) => discard(host, hash))),
    ...leftovers
      // One of this name is replaced by unpacking it.
      .filter((name) => name !== desired.hash)
      .map((name) => change(`remove half-unpacked ${name}`, (host) => discard(host, name))),
  ]
}

/** `v0.1.0 (abc123)` */
function label({ version, hash }: { version: string; hash: string }): string {
  return `${version} (${hash.slice(0, 6)})`
}
