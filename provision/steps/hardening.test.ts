import { expect, test } from 'vitest'
import { noUnit } from '../facts/unit.ts'
import { summariesOf } from '../testing.ts'
import { clock } from './clock.ts'
import { fail2ban } from './fail2ban.ts'
import { fileModes } from './file-modes.ts'
import { fileSums } from './file-sums.ts'
import { idleServices } from './idle-services.ts'
import { journal } from './journal.ts'
import { kernel } from './kernel.ts'
import { plainFiles } from './plain-files.ts'
import { swap } from './swap.ts'
import { upgrades } from './upgrades.ts'
import { wayBack } from './way-back.ts'

const file = (content: string, mtimeMs = 0) => ({
  content,
  mode: 0o644,
  owner: 'root',
  group: 'root',
  mtimeMs,
})
const running = { ...noUnit, exists: true, state: 'active', enabled: true, startedMs: 100, changedMs: 100 }

const settings = 'net.ipv4.conf.all.forwarding = 0\nkernel.kptr_restrict = 2\nnet.ipv4.conf.*.rp_filter = 1\n'
const kernelStep = kernel((path) => (path.endsWith('99-shoestring.conf') ? settings : '#\n'))
const kernelFiles = {
  '/etc/sysctl.d/99-shoestring.conf': file(settings),
  '/etc/ufw/sysctl.conf': file('#\n'),
  '/etc/modprobe.d/shoestring.conf': file('#\n'),
}
const setting = (name: string, value: string | undefined, writable = true) => ({ name, value, writable })

test('kernel: writes its files on a bare host', () => {
  expect(summariesOf(kernelStep, kernelStep.bare)).toEqual([
    'write /etc/sysctl.d/99-shoestring.conf',
    'write /etc/ufw/sysctl.conf',
    'write /etc/modprobe.d/shoestring.conf',
  ])
})

test('kernel: sets what differs, one line a setting, forwarding first', () => {
  const observed = {
    files: kernelFiles,
    settings: [
      setting('net.ipv4.conf.all.forwarding', '1'),
      setting('kernel.kptr_restrict', '0'),
      setting('net.ipv4.conf.all.rp_filter', '1'),
      setting('net.ipv4.conf.eth0.rp_filter', '0'),
      setting('net/ipv4/conf/eth0.7/rp_filter', '2'),
    ],
  }
  expect(summariesOf(kernelStep, observed)).toEqual([
    'set net.ipv4.conf.all.forwarding to 0, was 1',
    'set kernel.kptr_restrict to 2, was 0',
    'set net.ipv4.conf.*.rp_filter to 1, was 0 and 2 on eth0 eth0.7',
  ])
})

test("kernel: leaves out what a container can't set, and says why", () => {
  const observed = {
    files: kernelFiles,
    settings: [
      setting('net.ipv4.conf.all.forwarding', '0', false),
      setting('kernel.kptr_restrict', '0', false),
      setting('net.ipv4.conf.all.rp_filter', undefined, false),
    ],
  }
  expect(summariesOf(kernelStep, observed)).toEqual([])
  expect(kernelStep.left?.(observed)).toEqual([
    "kernel.kptr_restrict: read-only here, because a container's kernel is its machine's",
    "net.ipv4.conf.all.rp_filter: this kernel doesn't have it, or not in a container",
  ])
})

test('files that are only read: written when they are missing or were changed', () => {
  const step = plainFiles('banner', ['/etc/issue', '/etc/issue.net'], () => 'keep out\n')
  expect(summariesOf(step, step.bare)).toEqual(['write /etc/issue', 'write /etc/issue.net'])
  const observed = { '/etc/issue': file('keep out\n'), '/etc/issue.net': file('welcome\n') }
  expect(summariesOf(step, observed)).toEqual(['update /etc/issue.net, -1 +1'])
})

test("file modes: takes rights away, never gives any, and takes root's from programs that lend them", () => {
  const step = fileModes()
  expect(summariesOf(step, { '/root': 0o700, '/etc/crontab': 0o400, '/usr/bin/chfn': 0o755 })).toEqual([])
  expect(summariesOf(step, { '/root': 0o755, '/etc/crontab': 0o644, '/usr/bin/chfn': 0o4755 })).toEqual([
    'set /root to 700, was 755',
    'set /etc/crontab to 600, was 644',
    "take root's rights from /usr/bin/chfn",
  ])
})

test('fail2ban: never bans the networks of operators, unless they are everywhere', () => {
  const ignored: string[] = []
  const render = (path: string, { ignore }: Record<string, string> = {}) => {
    if (ignore !== undefined) ignored.push(ignore)
    return `${path}\n`
  }
  fail2ban({ sshFrom: ['192.0.2.0/24', '0.0.0.0/0', '::/0'] }, render)
  fail2ban({}, render)
  expect(ignored).toEqual(['127.0.0.0/8 ::1 192.0.2.0/24', '127.0.0.0/8 ::1'])
})

test('fail2ban: is configured and started once, and started anew for files that are newer than it', () => {
  const step = fail2ban({}, (path) => `${path}\n`)
  const written = summariesOf(step, step.bare)
  expect(written.slice(-3)).toEqual([
    'enable fail2ban at boot',
    "make systemd read fail2ban's unit",
    'start fail2ban',
  ])
  const paths = written.flatMap((summary) => /^write (.+)/.exec(summary)?.[1] ?? [])
  const files = (mtimeMs: number) =>
    Object.fromEntries(paths.map((path) => [path, file(`${path}\n`, mtimeMs)]))
  expect(summariesOf(step, { unit: running, files: files(50) })).toEqual([])
  expect(summariesOf(step, { unit: running, files: files(150) })).toEqual(['restart fail2ban'])
})

test('journal: is limited, and told of it', () => {
  const step = journal(() => 'x\n')
  const path = '/etc/systemd/journald.conf.d/00-shoestring.conf'
  expect(summariesOf(step, step.bare)).toEqual([`write ${path}`, 'restart systemd-journald'])
  expect(summariesOf(step, { unit: running, files: { [path]: file('x\n', 50) } })).toEqual([])
})

test('file sums: compared by a timer that is started once', () => {
  const step = fileSums((path) => `${path}\n`)
  const summaries = summariesOf(step, step.bare)
  expect(summaries.slice(-3)).toEqual([
    'enable shoestring-sums.timer at boot',
    "make systemd read shoestring-sums.timer's unit",
    'start shoestring-sums.timer',
  ])
  const paths = summaries.flatMap((summary) => /^write (.+)/.exec(summary)?.[1] ?? [])
  const files = Object.fromEntries(paths.map((path) => [path, file(`${path}\n`, 50)]))
  expect(summariesOf(step, { unit: running, files })).toEqual([])
})

test('upgrades: a file, and timers of apt that nobody has switched off', () => {
  const step = upgrades((path) => `${path}\n`)
  const path = '/etc/apt/apt.conf.d/60-shoestring-upgrades'
  expect(summariesOf(step, step.bare)).toEqual([`write ${path}`])
  const files = { [path]: file(`${path}\n`, 200) }
  // apt reads it at each run: a newer file starts nothing anew.
  expect(summariesOf(step, { files, units: [running, running] })).toEqual([])
  const masked = { ...noUnit, masked: true }
  expect(summariesOf(step, { files, units: [{ ...running, enabled: false }, masked] })).toEqual([
    'enable apt-daily.timer at boot',
    'unmask apt-daily-upgrade.timer',
    'enable apt-daily-upgrade.timer at boot',
    'start apt-daily-upgrade.timer',
  ])
})

test('way back: looked for at every boot, and begun by nothing else', () => {
  const step = wayBack((path) => `${path}\n`)
  const path = '/etc/systemd/system/shoestring-undo.service'
  expect(summariesOf(step, step.bare)).toEqual([
    `write ${path}`,
    'look for it at every boot',
    'make systemd read its unit',
  ])
  const files = { [path]: file(`${path}\n`) }
  const idle = { ...noUnit, exists: true, enabled: true }
  expect(summariesOf(step, { unit: idle, files })).toEqual([])
  expect(summariesOf(step, { unit: { ...idle, enabled: false }, files })).toEqual([
    'look for it at every boot',
  ])
})

test('idle services: switched off once, also when they run in spite of it', () => {
  const step = idleServices()
  const off = 'switch unattended-upgrades.service off: it only waits for a shutdown'
  const name = 'unattended-upgrades.service'
  expect(summariesOf(step, step.bare)).toEqual([
    'switch apt-listchanges.timer off: it fetches the whole history of every package',
    off,
    'switch user@.service off: it starts a service manager for every login',
  ])
  expect(summariesOf(step, [{ unit: noUnit, name, masked: true }])).toEqual([])
  expect(summariesOf(step, [{ unit: running, name, masked: true }])).toEqual([off])
})

test('clock: kept by time servers on a machine, by its machine in a container', () => {
  const step = clock()
  expect(summariesOf(step, step.bare)).toEqual([])
  expect(summariesOf(step, { container: undefined, unit: noUnit })).toEqual([
    'enable systemd-timesyncd at boot',
    'start systemd-timesyncd',
  ])
  const inside = { container: 'systemd-nspawn', unit: noUnit }
  expect(summariesOf(step, inside)).toEqual([])
  expect(step.left?.(inside)).toEqual(["time from a server: systemd-nspawn has its machine's clock"])
})

test('swap: in memory where the kernel can, in a file elsewhere, left out in a container', () => {
  const units: string[] = []
  const step = swap((_path, { start = '' } = {}) => {
    units.push(start)
    return `${start}\n`
  })
  expect(summariesOf(step, step.bare)).toEqual([
    'write /etc/systemd/system/shoestring-swap.service',
    'enable shoestring-swap at boot',
    "make systemd read shoestring-swap's unit",
    'start shoestring-swap',
  ])
  summariesOf(step, { ...step.bare, zram: false })
  expect(units.map((start) => /zramctl|fallocate/.exec(start)?.[0])).toEqual(['zramctl', 'fallocate'])
  const inside = { ...step.bare, container: 'systemd-nspawn' }
  expect(summariesOf(step, inside)).toEqual([])
  expect(step.left?.(inside)).toEqual(["swap: in systemd-nspawn, the machine's kernel decides who has it"])
})
