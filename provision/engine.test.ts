import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { OperatorError } from './errors.ts'
import { parseUnit } from './facts/unit.ts'
import { thisHost } from './this-host.ts'
import { lineDiff } from './line-diff.ts'
import { planBare, serve } from './main.ts'
import { claimHost } from './only-one.ts'
import { change, converge, type Step } from './step.ts'
import { renderTemplate } from './template.ts'

/** A step that counts up to its goal, one change each. */
function counter(goal: number, { stuck = false, fails = false } = {}): Step<number> {
  let count = 0
  return {
    name: 'counter',
    bare: 0,
    observe: () => Promise.resolve(count),
    plan: (seen) =>
      Array.from({ length: goal - seen }, (_, index) =>
        change(`count to ${seen + index + 1}`, () => {
          if (fails) return Promise.reject(new Error('the abacus is broken'))
          if (!stuck) count++
          return Promise.resolve()
        }),
      ),
  }
}

test('converges once, then has nothing to do', async () => {
  const step = counter(2)
  expect(await converge(step, thisHost)).toEqual(['count to 1', 'count to 2'])
  expect(await converge(step, thisHost)).toEqual([])
})

test('a change that fails says which, why and what to do; one that does not hold is an error', async () => {
  const broken = await converge(counter(1, { fails: true }), thisHost).catch((error: unknown) => error)
  expect(broken).toBeInstanceOf(OperatorError)
  expect(broken).toMatchObject({
    message: `${thisHost.name}: counter: could not count to 1`,
    why: 'the abacus is broken',
    fix: expect.stringContaining('run pulumi up again'),
  })
  const stuck = await converge(counter(1, { stuck: true }), thisHost).catch((error: unknown) => error)
  expect(stuck).toMatchObject({ why: 'after it was applied the host still needs: count to 1' })
})

test("a command's last words are the reason", async () => {
  const step: Step<boolean> = {
    name: 'shell',
    bare: false,
    observe: () => Promise.resolve(false),
    plan: () => [change('speak', ({ $ }) => $`echo no such luck >&2; exit 3`)],
  }
  const failed = await converge(step, thisHost).catch((error: unknown) => error)
  expect(failed).toMatchObject({ why: 'no such luck (exit code 3)' })
})

test('a template is filled in whole, or not at all', () => {
  expect(
    renderTemplate('/etc/x', '{{ name }}.{{domain}} {$ENV}', { name: 'www', domain: 'example.com' }),
  ).toBe('www.example.com {$ENV}')
  expect(() => renderTemplate('/etc/x', '{{ nmae }}', { name: 'www' })).toThrow(
    'template /etc/x: no value for {{ nmae }}',
  )
})

test('a diff shows what goes and what comes', () => {
  expect(lineDiff('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual({ removed: 1, added: 2, text: '- b\n+ B\n+ d' })
  expect(lineDiff('', 'a\n')).toEqual({ removed: 0, added: 1, text: '+ a' })
})

test('files are replaced in one go, with their rights, and links too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-provision-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'deep', 'file')
  const { username, gid } = userInfo()
  const [, group = ''] =
    /^([^:]+)/.exec(
      (await readFile('/etc/group', 'utf8')).split('\n').find((line) => line.split(':')[2] === String(gid)) ??
        '',
    ) ?? []
  await thisHost.write(path, 'one', { mode: 0o600, owner: username, group })
  await thisHost.write(path, 'two', { mode: 0o640, owner: username, group })
  expect(await thisHost.read(path)).toBe('two')
  expect((await stat(path)).mode & 0o777).toBe(0o640)
  await expect(thisHost.write(path, 'x', { mode: 0o600, owner: 'nobody-here', group })).rejects.toThrow(
    "which this host doesn't have",
  )
  await thisHost.relink(join(folder, 'current'), 'deep')
  await thisHost.relink(join(folder, 'current'), 'deep/file')
  expect(await thisHost.link(join(folder, 'current'))).toBe('deep/file')
  expect((await thisHost.list(folder)).toSorted()).toEqual(['current', 'deep'])
})

test("systemd's times are read to the microsecond", () => {
  const unit = parseUnit(
    'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=no\nMainPID=7\n' +
      'ActiveEnterTimestamp=Mon 2026-11-23 05:16:01.123456 UTC\nStateChangeTimestamp=',
  )
  expect(unit).toEqual({
    exists: true,
    state: 'active',
    enabled: true,
    dropIns: [],
    masked: false,
    stale: false,
    startedMs: Date.UTC(2026, 10, 23, 5, 16, 1) + 123.456,
    changedMs: 0,
    pid: 7,
  })
})

test('only one run changes a host, and the other is told what goes on', async () => {
  const around = await mkdtemp(join(tmpdir(), 'shoestring-claim-'))
  onTestFinished(() => rm(around, { recursive: true }))
  const folder = join(around, 'own')
  const claim = await claimHost(() => 'packages: install ufw', folder)
  const refused = await claimHost(() => '', folder).catch((error: unknown) => error)
  expect(refused).toMatchObject({ why: expect.stringContaining('packages: install ufw, since') })
  // Nobody else on the host can be in its place.
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  claim[Symbol.dispose]()
  using _next = await claimHost(() => '', folder)
})

test('a run that is killed lets go of the host at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-claim-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const module = JSON.stringify(fileURLToPath(new URL('only-one.ts', import.meta.url)))
  const script = `import(${module}).then(({ claimHost }) => claimHost(() => '', ${JSON.stringify(folder)}))
    .then(() => { console.log('claimed'); setInterval(() => {}, 1000) })`
  const run = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(run.stdout, 'data')
  await expect(claimHost(() => '', folder)).rejects.toThrow('another run is changing this host')
  run.kill('SIGKILL')
  await once(run, 'exit')
  using _next = await claimHost(() => '', folder)
})

test('a plan without a host is the plan for a fresh Debian', () => {
  const files = { '/etc/systemd/system/app@.service': 'x', '/usr/local/sbin/accounts': 'x' }
  const desired = { hash: 'aaaaaa111111', version: 'v0.1.0', files: {}, settings: {} }
  expect(planBare({ mode: 'plan', files, task: 'release', desired })).toEqual([
    {
      step: 'app',
      changes: [
        'write /etc/systemd/system/app@.service',
        "make systemd read app's unit",
        'write /usr/local/sbin/accounts',
        'unpack v0.1.0 (aaaaaa)',
        'start v0.1.0 (aaaaaa)',
        'start v0.1.0 (aaaaaa) at boot',
        'switch to v0.1.0',
      ],
    },
  ])
})

test('a missing template is told as an event, with what to do', async () => {
  const exitCode = process.exitCode
  onTestFinished(() => void (process.exitCode = exitCode))
  const desired = { hash: 'aaaaaa111111', version: 'v0.1.0', files: {}, settings: {} }
  const told: unknown[] = []
  const lines = [JSON.stringify({ mode: 'plan', files: {}, task: 'release', desired })][Symbol.iterator]()
  const next = () => Promise.resolve(lines.next())
  expect(await serve({ next }, (line) => told.push(JSON.parse(line)))).toBe(1)
  expect(told).toEqual([
    {
      event: 'failed',
      step: 'release',
      why: 'there are templates for nothing',
      fix: 'add templates/etc/systemd/system/app@.service.tmpl',
    },
  ])
})
