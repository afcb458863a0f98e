import { expect, test } from 'vitest'
import { OperatorError } from '../errors.ts'
import { noSshd, parseLines, type Sshd } from '../facts/sshd.ts'
import { summariesOf } from '../testing.ts'
import { sshd } from './sshd.ts'

const path = '/etc/ssh/sshd_config.d/00-shoestring.conf'
const template = 'PermitRootLogin no\nAllowGroups ops\nPasswordAuthentication no\n'
const step = sshd({ operators: [{ name: 'ada' }], rootLogin: false }, () => template)

function observed({
  lines = [] as Sshd['lines'],
  content = template,
  changedMs = 2000,
  socket = false,
  effective = ['permitrootlogin no', 'allowgroups ops', 'passwordauthentication no'],
} = {}) {
  const file = { content, mode: 0o600, owner: 'root', group: 'root', mtimeMs: 1000 }
  const unit = { ...noSshd.unit, state: 'active', enabled: true, changedMs }
  return { unit, socket, lines, effective, files: { [path]: file } }
}

test('writes its file and has sshd read it, and then needs nothing', () => {
  expect(summariesOf(step, step.bare)).toEqual([`write ${path}`, 'reload ssh'])
  expect(summariesOf(step, observed())).toEqual([])
})

test('reloads what a run that died has only written, and nothing where systemd starts one a connection', () => {
  expect(summariesOf(step, observed({ changedMs: 500 }))).toEqual(['reload ssh'])
  expect(summariesOf(step, observed({ changedMs: 500, socket: true }))).toEqual([])
})

test("cloud-init's later file changes nothing, and needs no change", () => {
  const lines = parseLines(
    '/etc/ssh/sshd_config.d/50-cloud-init.conf',
    'PasswordAuthentication yes\nPort 22\n',
  )
  expect(summariesOf(step, observed({ lines }))).toEqual([])
})

test.for([
  ['/etc/ssh/sshd_config.d/00-a.conf', 'PermitRootLogin yes', 'permitrootlogin yes'],
  [
    '/etc/ssh/sshd_config',
    'X11Forwarding yes\nMatch User bob\n  PasswordAuthentication yes',
    'passwordauthentication yes',
  ],
  ['/etc/ssh/sshd_config.d/60-x.conf', 'AllowUsers bob', 'allowusers bob'],
  ['/etc/ssh/sshd_config', 'Port 2222', 'port 2222'],
] as const)('%s that says %j is named', ([file, text, line]) => {
  const error = getError(() => step.plan(observed({ lines: parseLines(file, text) })))
  expect(error).toBeInstanceOf(OperatorError)
  expect((error as OperatorError).why).toBe(
    `${file} says "${line}", which sshd would heed beside or instead of ours`,
  )
})

test('a file that sshd does not read is told by what it answers', () => {
  const effective = ['permitrootlogin without-password', 'allowgroups ops', 'passwordauthentication no']
  expect(getError(() => step.plan(observed({ effective })))).toMatchObject({
    why: `asked with sshd -T, it doesn't say "permitrootlogin no"`,
  })
})

function getError(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

test('an sshd that has died is started before it is asked; one that runs and does not answer is said to be wrong', () => {
  const dead = observed({ effective: [] })
  const summaries = summariesOf(step, { ...dead, unit: { ...dead.unit, state: 'failed' } })
  expect(summaries).toEqual(['start ssh'])
  expect(getError(() => step.plan(dead))).toMatchObject({
    why: expect.stringContaining('sshd -T fails on the host'),
  })
})
