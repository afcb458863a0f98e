import { expect, test } from 'vitest'
import { parseMounts } from '../facts/mounts.ts'
import { noUnit } from '../facts/unit.ts'
import { summariesOf } from '../testing.ts'
import { mountOptions } from './mounts.ts'

const step = mountOptions((path) => `${path}\n`)
const all = 'rw,nosuid,nodev,noexec,relatime'
const mounted = parseMounts(
  ['/boot', '/home', '/var', '/var/log', '/var/tmp', '/tmp', '/dev', '/dev/shm']
    .map((path) => `36 35 98:0 / ${path} ${all} master:1 - ext4 /dev/vda1 rw`)
    .concat('37 35 0:5 / /proc rw,nosuid,nodev,noexec - proc proc rw,gid=4,hidepid=invisible')
    .join('\n'),
)
const summaries = summariesOf(step, step.bare)
const file = (content: string) => ({ content, mode: 0o644, owner: 'root', group: 'root', mtimeMs: 0 })
const fstab = `UUID=1 / ext4 rw 0 1
devtmpfs /dev devtmpfs noexec,nosuid 0 0
tmpfs /dev/shm tmpfs nodev,noexec,nosuid 0 0
proc /proc proc nodev,noexec,nosuid,hidepid=invisible,gid=adm 0 0
`
const files: Record<string, ReturnType<typeof file>> = Object.fromEntries([
  ['/etc/fstab', file(fstab)],
  ...summaries
    .flatMap((summary) => /^write (.+)/.exec(summary)?.[1] ?? [])
    .map((path) => [path, file(`${path}\n`)] as const),
])
const units = step.bare.units.map(() => ({ ...noUnit, exists: true, enabled: true, state: 'active' }))

test('all that lies in another folder comes after it, and /proc hides nothing before logind may see it', () => {
  const order = [
    'restart systemd-logind',
    'mount /var with nodev,nosuid',
    'mount /var/log with nodev,noexec,nosuid',
  ]
  const found = [...order, 'mount /proc with nodev,noexec,nosuid,hidepid=invisible'].map((summary) =>
    summaries.indexOf(summary),
  )
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  expect(found).not.toContain(-1)
})

test('needs nothing when all is mounted so, and names what somebody mounted otherwise', () => {
  expect(summariesOf(step, { mounted, units, files })).toEqual([])
  const loose = { ...mounted, '/tmp': ['rw', 'nosuid'] }
  expect(summariesOf(step, { mounted: loose, units, files })).toEqual(['mount /tmp with nodev,noexec'])
})

test("what the kernel mounts is mounted so at every boot by its lines of fstab, others' lines stay", () => {
  expect(summaries).toContain('update /etc/fstab, -0 +4')
  const without = { ...files, '/etc/fstab': file(fstab.replace('noexec,nosuid 0 0\nt', 'nosuid 0 0\nt')) }
  const [line, ...more] = step.plan({ mounted, units, files: without })
  expect([line?.summary, more]).toEqual(['update /etc/fstab, -1 +2', []])
  expect(line?.diff).toContain('- devtmpfs /dev devtmpfs nosuid 0 0')
  expect(line?.diff).not.toContain('UUID')
})

test('a volume that somebody mounts by fstab is not covered, and what it lacks is said', () => {
  const volume = `UUID=2 /var ext4 nosuid,discard 0 2\n`
  const withVolume: typeof files = { ...files, '/etc/fstab': file(volume + fstab) }
  const { '/etc/systemd/system/var.mount': _unit, ...rest } = withVolume
  const off = units.map((one, index) => (index === 2 ? noUnit : one))
  const loose = { ...mounted, '/var': ['rw', 'nosuid'] }
  expect(summariesOf(step, { mounted: loose, units: off, files: rest })).toEqual([])
  expect(step.left?.({ mounted: loose, units: off, files: rest })).toEqual([
    '/var: a line of /etc/fstab mounts it; nodev is to be added there',
  ])
  // Put there after a unit of ours was, which boot would prefer.
  expect(summariesOf(step, { mounted, units, files: withVolume })).toEqual([
    'remove /etc/systemd/system/var.mount',
    "make systemd read the mounts' units",
  ])
})

test('the mount that lies on top counts', () => {
  const twice = parseMounts('1 0 0:1 / /var rw - ext4 a rw\n2 0 0:1 / /var rw,nosuid - ext4 a rw\n')
  expect(twice).toEqual({ '/var': ['rw', 'nosuid', 'rw'] })
})
