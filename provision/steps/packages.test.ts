import { expect, test } from 'vitest'
import { parsePackages } from '../facts/packages.ts'
import { summariesOf } from '../testing.ts'
import { packages } from './packages.ts'

const step = packages(['postgresql-17', 'ufw'], () => 'x\n')
const files = Object.fromEntries(
  step
    .plan(step.bare)
    .flatMap(({ summary }) => /^write (.+)/.exec(summary)?.[1] ?? [])
    .map((path) => [path, { content: 'x\n', mode: 0o644, owner: 'root', group: 'root', mtimeMs: 0 }]),
)
const observed = (installed: string[], interrupted = false) => ({
  files,
  packages: { installed: new Set(installed), interrupted },
})

test('installs all that is missing in one transaction, after the files that rule it', () => {
  expect(summariesOf(step, step.bare)).toEqual([
    'write /etc/dpkg/dpkg.cfg.d/00-shoestring',
    'write /etc/apt/apt.conf.d/00-shoestring',
    'write /etc/postgresql-common/createcluster.d/shoestring.conf',
    'install postgresql-17 ufw',
  ])
  expect(summariesOf(step, observed(['ufw', 'perl']))).toEqual(['install postgresql-17'])
})

test('needs nothing when all is there, and finishes what dpkg was interrupted in first', () => {
  expect(summariesOf(step, observed(['ufw', 'postgresql-17']))).toEqual([])
  expect(summariesOf(step, observed(['ufw'], true))).toEqual([
    'finish what dpkg was interrupted in',
    'install postgresql-17',
  ])
})

const status = (name: string, state: string) =>
  `Package: ${name}\nStatus: install ok ${state}\nPriority: x\n\n`

test("reads dpkg's own file: removed packages don't count, unpacked ones are an interruption", () => {
  const found = parsePackages(status('a', 'installed') + status('b', 'config-files'))
  expect([[...found.installed], found.interrupted]).toEqual([['a'], false])
  expect(parsePackages(status('a', 'installed') + status('c', 'unpacked')).interrupted).toBe(true)
})
