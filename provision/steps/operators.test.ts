import { expect, test } from 'vitest'
import { OperatorError } from '../errors.ts'
import { parseAccounts } from '../facts/accounts.ts'
import { summariesOf } from '../testing.ts'
import { operators } from './operators.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoq ada@laptop'
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJkN2pE5uVGR3q1c6J5t'
const desired = [{ name: 'ada', keys: [key] }]
const step = operators(desired, () => 'rule\n')

function observed({
  members = 'ada',
  shell = '/bin/bash',
  keys = `${key}\n`,
  safe = true,
  shadow = { hash: '*', expires: '' },
  root = '',
} = {}) {
  const su = { content: 'rule\n', mode: 0o644, owner: 'root', group: 'root', mtimeMs: 0 }
  return {
    accounts: parseAccounts(
      `ada:x:1000:1000::/home/ada:${shell}\nbob:x:1001:1001::/home/bob:/bin/bash\npostgres:x:105:110::/:/bin/sh\n`,
      `shoestring-operators:x:999:${members}\n`,
    ),
    keys: { ada: { text: keys, safe }, root: { text: root, safe: true } },
    shadow: { ada: shadow },
    files: {
      '/etc/pam.d/su': su,
      '/etc/sudoers.d/shoestring': {
        content: 'rule\n',
        mode: 0o440,
        owner: 'root',
        group: 'root',
        mtimeMs: 0,
      },
    },
  }
}

test('adds an operator with key and sudo to a bare host', () => {
  expect(summariesOf(step, step.bare)).toEqual([
    'add group shoestring-operators',
    'add operator ada',
    'let ada in with key ada@laptop',
    'write /etc/sudoers.d/shoestring',
    'write /etc/pam.d/su',
    'shut out root: its key',
  ])
})

test('needs nothing when all is as desired', () => {
  expect(summariesOf(step, observed())).toEqual([])
})

test('shuts out keys that are not desired, and names them without showing them whole', () => {
  expect(summariesOf(step, observed({ keys: `${key}\n${other}\n` }))).toEqual([
    'shut out key …q1c6J5t'.replace('…q1c6J5t', `…${other.slice(-8)}`) + ", which ada isn't to use",
  ])
  expect(summariesOf(step, observed({ keys: '' }))).toEqual(['let ada in with key ada@laptop'])
  expect(summariesOf(step, observed({ safe: false }))).toEqual(["put ada's keys in order"])
})

test('removes who is no operator any more, and gives a returning one a shell again', () => {
  expect(summariesOf(step, observed({ members: 'ada,bob' }))).toEqual([
    'remove operator bob: key, shell and sudo, not the files',
  ])
  expect(summariesOf(step, observed({ members: '', shell: '/usr/sbin/nologin' }))).toEqual([
    'make ada an operator',
    'give ada a shell',
  ])
})

test("an operator's account does not end, and has no password", () => {
  expect(summariesOf(step, observed({ shadow: { hash: '$y$j9T$abc', expires: '1' } }))).toEqual([
    "let ada's account not end",
    'take the password from ada',
  ])
})

test('root is shut out last, and neither it nor a former operator while nobody else was proved', () => {
  const seen = observed({ members: 'ada,bob', root: `${key}\n${other}\n` })
  expect(summariesOf(step, seen)).toEqual([
    'remove operator bob: key, shell and sudo, not the files',
    'shut out root: its 2 keys',
  ])
  expect(
    summariesOf(
      operators(desired, () => 'rule\n', ['root', 'bob']),
      seen,
    ),
  ).toEqual([])
})

test.for([
  [
    { name: 'Ada', keys: [key] },
    `"Ada" can't be a user's name: small letters, digits and dashes, a letter first`,
  ],
  [{ name: 'postgres', keys: [key] }, 'postgres is a user of the system itself'],
  [{ name: 'ada', keys: [] }, 'ada has no key'],
  [
    { name: 'ada', keys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
    "a key of ada isn't an OpenSSH public key",
  ],
  [{ name: 'ada', keys: [`${key}\ncommand="x" ${other}`] }, "a key of ada isn't an OpenSSH public key"],
] as const)('refuses %o', ([operator, why]) => {
  const impossible = operators([{ ...operator, keys: [...operator.keys] }], () => 'rule\n')
  const error = getError(() => impossible.plan(observed()))
  expect(error).toBeInstanceOf(OperatorError)
  expect((error as OperatorError).why).toBe(why)
})

function getError(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}
