import { expect, test } from 'vitest'
import type { DesiredRelease } from '../desired.ts'
import { noUnit } from '../facts/unit.ts'
import { summariesOf } from '../testing.ts'
import { told } from './cut-over.ts'
import { changedNames, formatEnv, parseEnv } from './env-file.ts'
import { commandPath, noReleases, unitPath, type ObservedRelease } from './observed.ts'
import { releaseRemoval } from './removal.ts'
import { release } from './release.ts'

const render = () => 'unit\n'
const desired: DesiredRelease = { hash: 'bbbbbb222222', version: 'v0.1.0', files: {}, settings: { A: '1' } }
const step = release(desired, render)

const running = { ...noUnit, exists: true, state: 'active', enabled: true, startedMs: 100 }
const old = { hash: 'aaaaaa111111', version: 'v0.0.9', usedMs: 10 }
const mine = { hash: desired.hash, version: 'v0.1.0', usedMs: 20 }
const root = { owner: 'root', group: 'root', mtimeMs: 5 }
const files = {
  [unitPath]: { content: 'unit\n', mode: 0o644, ...root },
  [commandPath]: { content: 'unit\n', mode: 0o755, ...root },
}
const well = { healthy: true, said: '' }

const before: ObservedRelease = {
  ...step.bare,
  files,
  folders: [old],
  current: old.hash,
  settings: { A: '1', B: 'secret' },
  units: { [old.hash]: running, [desired.hash]: noUnit },
}
const after: ObservedRelease = {
  ...before,
  folders: [mine, old],
  current: desired.hash,
  units: { [desired.hash]: running, [old.hash]: noUnit },
  unpackedMs: 50,
  health: well,
}

test('is unpacked, started and made current on a host without any', () => {
  expect(summariesOf(step, step.bare)).toEqual([
    `write ${unitPath}`,
    "make systemd read app's unit",
    `write ${commandPath}`,
    'unpack v0.1.0 (bbbbbb)',
    'start v0.1.0 (bbbbbb)',
    'start v0.1.0 (bbbbbb) at boot',
    'switch to v0.1.0',
  ])
})

test('takes over from the one before it, and names the settings that change but not their values', () => {
  expect(summariesOf(step, before)).toEqual([
    'unpack v0.1.0 (bbbbbb), settings that change: B',
    'start v0.1.0 (bbbbbb)',
    'start v0.1.0 (bbbbbb) at boot',
    'switch from v0.0.9 to v0.1.0',
    'stop v0.0.9 (aaaaaa)',
  ])
})

test('brings the tables up to it before it starts, by what they have not seen yet', () => {
  const paths = ['migrations/0001-a.sql', 'migrations/0002-b.sql', 'server.mjs']
  const shipped = Object.fromEntries(paths.map((path) => [path, { sha256: '' }]))
  const step2 = release({ ...desired, files: shipped }, render)
  expect(summariesOf(step2, { ...before, migrated: ['0001-a.sql', '0009-of-a-later-release.sql'] })).toEqual([
    'unpack v0.1.0 (bbbbbb), settings that change: B',
    'migrate the database: 0002-b',
    'start v0.1.0 (bbbbbb)',
    'start v0.1.0 (bbbbbb) at boot',
    'switch from v0.0.9 to v0.1.0',
    'stop v0.0.9 (aaaaaa)',
  ])
  expect(summariesOf(step2, { ...after, migrated: ['0001-a.sql', '0002-b.sql'] })).toEqual([])
})

const edited = (path: string) => ({
  ...after,
  units: { ...after.units, [desired.hash]: { ...running, dropIns: [path] } },
})

test('takes away what changes its unit from beside, and starts it anew', () => {
  const path = '/etc/systemd/system/app@.service.d/override.conf'
  expect(summariesOf(step, edited(path))).toEqual([
    `remove ${path}, which changes app's unit`,
    "make systemd read app's unit",
    'restart v0.1.0 (bbbbbb)',
  ])
  // What systemd and Debian bring is nobody's hand.
  expect(summariesOf(step, edited('/usr/lib/systemd/system/service.d/10-timeout.conf'))).toEqual([])
})

test('needs nothing while it is current, runs and is well', () => {
  expect(summariesOf(step, after)).toEqual([])
})

test('goes back to a release that is still there without unpacking it', () => {
  expect(summariesOf(step, { ...before, folders: [old, mine] })).toEqual([
    'start v0.1.0 (bbbbbb)',
    'start v0.1.0 (bbbbbb) at boot',
    'switch from v0.0.9 to v0.1.0',
    'stop v0.0.9 (aaaaaa)',
  ])
})

test('starts anew what is not well, was changed by hand, or runs with files of before', () => {
  const sick = { healthy: false, said: '/healthz answers 503' }
  expect(summariesOf(step, { ...after, health: sick })).toEqual([
    'restart v0.1.0 (bbbbbb): /healthz answers 503',
  ])
  expect(summariesOf(step, { ...after, damage: ['www/index.html'] })).toEqual([
    'unpack v0.1.0 (bbbbbb) again: changed are www/index.html',
    'restart v0.1.0 (bbbbbb)',
  ])
  expect(summariesOf(step, { ...after, unpackedMs: 150 })).toEqual(['restart v0.1.0 (bbbbbb)'])
  const failed = { ...after.units, [desired.hash]: { ...running, state: 'failed' } }
  expect(summariesOf(step, { ...after, units: failed })).toEqual(['start v0.1.0 (bbbbbb)'])
})

test('keeps the one before it and the last used, and removes the rest and what a crash left', () => {
  const more = [30, 29, 28].map((usedMs) => ({ hash: `cccccc${usedMs}`, version: `v${usedMs}`, usedMs }))
  const observed = { ...after, folders: [...more, mine, old], leftovers: ['.dddddd.0123456789ab'] }
  expect(summariesOf(step, observed)).toEqual([
    'remove v28 (cccccc)',
    'remove v0.0.9 (aaaaaa)',
    'remove half-unpacked .dddddd.0123456789ab',
  ])
  // Just before the switch: `old` serves, so it stays although others were used later.
  const switching = summariesOf(step, { ...before, folders: [...more, old] })
  expect(switching.filter((line) => line.startsWith('remove'))).toEqual([
    'remove v29 (cccccc)',
    'remove v28 (cccccc)',
  ])
})

test('is removed with all that belongs to it', () => {
  const removal = releaseRemoval()
  expect(summariesOf(removal, noReleases)).toEqual([])
  expect(summariesOf(removal, after)).toEqual([
    'stop serving',
    'stop app@bbbbbb222222.service',
    'remove 2 releases',
    `remove ${commandPath}`,
    `remove ${unitPath}`,
  ])
})

test('settings come out of their file as they went in', () => {
  const settings = { A: 'plain', B: '', C: 'a "b" \\ $HOME `x` \'y\' #z', D: 'two\nlines', E: 'ünï\\\\"' }
  expect(parseEnv(formatEnv(settings))).toEqual(settings)
  expect(() => formatEnv({ 'A-B': 'secret' })).toThrow("setting A-B can't be given to the app")
  expect(changedNames({ A: '1', B: '2' }, { B: '3', C: '4' })).toEqual(['A', 'B', 'C'])
})

const line = (message: string) => JSON.stringify({ level: 50, msg: 'no database', err: { message } })

test("tells of a failed start the app's own words, each once, without stacks", () => {
  const journal = [
    line('refused'),
    line('refused'),
    'Error: MAIL_FROM must be set',
    '    at x (y.mjs:1:2)',
    'Node.js v26',
  ]
  expect(told(journal.join('\n'))).toBe('no database: refused\nError: MAIL_FROM must be set')
})
