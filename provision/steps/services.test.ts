import { expect, test } from 'vitest'
import { bareAccounts, parseAccounts } from '../facts/accounts.ts'
import { parseDatabases } from '../facts/postgres.ts'
import { noUnit } from '../facts/unit.ts'
import { summariesOf } from '../testing.ts'
import { caddy } from './caddy.ts'
import { database } from './database.ts'
import { hostname } from './hostname.ts'
import { postgres } from './postgres.ts'
import { systemUsers } from './system-users.ts'

const render = (path: string, values: Record<string, string> = {}) =>
  `${path} ${Object.values(values).join(' ')}\n`
const file = (content: string, mtimeMs: number, mode = 0o644) => ({
  content,
  mode,
  owner: 'root',
  group: 'root',
  mtimeMs,
})

test('hostname: names the host and keeps cloud-init from renaming it', () => {
  const step = hostname('web', render)
  expect(summariesOf(step, step.bare)).toEqual([
    'write /etc/hostname',
    'write /etc/hosts',
    'write /etc/cloud/cloud.cfg.d/99-shoestring.cfg',
    'write /etc/cloud/templates/hosts.debian.tmpl',
    'name the host web',
  ])
  expect(summariesOf(step, { running: 'web', cloudInit: false, files: {} })).toEqual([
    'write /etc/hostname',
    'write /etc/hosts',
  ])
})

test('system users: adds users without a shell, and takes one away that was given by hand', () => {
  const step = systemUsers([{ name: 'caddy', home: '/var/lib/caddy', groups: ['app'] }])
  expect(summariesOf(step, bareAccounts)).toEqual(['add user caddy', 'add caddy to group app'])
  const group = 'app:x:998:caddy\n'
  const good = parseAccounts('caddy:x:997:997::/var/lib/caddy:/usr/sbin/nologin\n', group)
  expect(summariesOf(step, good)).toEqual([])
  const shell = parseAccounts('caddy:x:997:997::/var/lib/caddy:/bin/bash\n', group)
  expect(summariesOf(step, shell)).toEqual(['take the shell from caddy'])
})

const data = { database: 'accounts', role: 'app', owner: 'accounts_owner' }

test('postgres: makes the cluster with its settings before it starts it, once', () => {
  const step = postgres(data, render)
  expect(summariesOf(step, step.bare)).toEqual([
    'make cluster 17/main',
    'write /etc/postgresql/17/main/conf.d/00-shoestring.conf',
    'write /etc/postgresql/17/main/pg_hba.conf',
    'write /etc/systemd/system/postgresql@17-main.service.d/00-shoestring.conf',
    "make systemd read postgresql@17-main's unit",
    'start postgresql@17-main',
  ])
})

test('postgres: restarts for newer settings, reloads for a newer pg_hba.conf, also after a run that died before', () => {
  const step = postgres(data, render)
  const [settingsPath, accessPath, unitPath] = [
    '/etc/postgresql/17/main/conf.d/00-shoestring.conf',
    '/etc/postgresql/17/main/pg_hba.conf',
    '/etc/systemd/system/postgresql@17-main.service.d/00-shoestring.conf',
  ]
  const observed = (settingsMs: number, accessMs: number) => ({
    made: true,
    all: { ...noUnit, enabled: true },
    atBoot: true,
    later: {},
    unit: { ...noUnit, exists: true, state: 'active', startedMs: 100, changedMs: 200 },
    files: {
      [unitPath]: file(render(unitPath), 50),
      [settingsPath]: {
        ...file(render(settingsPath), settingsMs, 0o640),
        owner: 'postgres',
        group: 'postgres',
      },
      [accessPath]: {
        ...file(render(accessPath, data), accessMs, 0o640),
        owner: 'postgres',
        group: 'postgres',
      },
    },
  })
  expect(summariesOf(step, observed(50, 150))).toEqual([])
  expect(summariesOf(step, observed(150, 150))).toEqual(['restart postgresql@17-main'])
  expect(summariesOf(step, observed(50, 250))).toEqual(['reload postgresql@17-main'])
  const good = observed(50, 150)
  const atBoot = ['start cluster 17/main at boot']
  expect(summariesOf(step, { ...good, atBoot: false })).toEqual(atBoot)
  expect(summariesOf(step, { ...good, all: noUnit })).toEqual(atBoot)
  expect(summariesOf(step, { ...good, all: { ...noUnit, masked: true } })).toEqual([
    'unmask postgresql',
    ...atBoot,
  ])
})

test('postgres: takes back what is set after its settings, and leaves alone what is not among them', () => {
  const settings = "max_connections = 30\nlisten_addresses = ''\n"
  const step = postgres(data, (path, values) =>
    path.endsWith('/00-shoestring.conf') ? settings : render(path, values),
  )
  const changesWith = (later: Record<string, string>) =>
    summariesOf(step, { ...step.bare, made: true, later }).filter((summary) => summary.startsWith('take '))
  const debian = "max_connections = 100\n#listen_addresses = '*'\ninclude_dir = 'conf.d'\n"
  const [auto, main] = [
    '/var/lib/postgresql/17/main/postgresql.auto.conf',
    '/etc/postgresql/17/main/postgresql.conf',
  ]
  expect(changesWith({ [main]: debian, [auto]: "# by hand\nwork_mem = '64MB'\n" })).toEqual([])
  expect(
    changesWith({ [main]: `${debian}Listen_Addresses '*'\n`, [auto]: "max_connections = '300'\n" }),
  ).toEqual([`take listen_addresses out of ${main}`, `take max_connections out of ${auto}`])
})

test('database: creates it with a role that owns and one that works, closes it to others, and never removes one', () => {
  const step = database(data)
  const all = [
    'create role accounts_owner, which nobody signs in as',
    'create role app',
    'create database accounts',
    'close database accounts to other roles',
    'let app work with the tables of accounts_owner',
  ]
  expect(summariesOf(step, 'absent')).toEqual(all)
  expect(summariesOf(step, 'silent')).toEqual(['wait until Postgres answers'])
  expect(summariesOf(step, { roles: {}, memberships: {}, databases: {}, grants: [] })).toEqual(all)

  const roles = 'role|app|true||\nrole|accounts_owner|false||\n'
  const grants =
    'grant|accounts_owner|app|DELETE,INSERT,SELECT,UPDATE|r\ngrant|accounts_owner|app|USAGE|S\ngrant|accounts|app|connect|d\n'
  const good = `${roles}database|accounts|accounts_owner|UTF8|false\n${grants}`
  expect(summariesOf(step, parseDatabases(good))).toEqual([])
  expect(summariesOf(step, parseDatabases(`${roles}database|accounts|app|UTF8|true\n${grants}`))).toEqual([
    "give database accounts to role accounts_owner, was app's",
    'close database accounts to other roles',
  ])
  const strong = `${good}member|app|accounts_owner,pg_read_server_files||\nmember|reporting|pg_monitor||\n`
  expect(summariesOf(step, parseDatabases(strong))).toEqual([
    'take role app out of role accounts_owner',
    'take role app out of role pg_read_server_files',
  ])
  const loose = good
    .replace('accounts_owner|false', 'accounts_owner|true')
    .replace('SELECT,', 'SELECT,TRUNCATE,')
  expect(summariesOf(step, parseDatabases(loose))).toEqual([
    'keep role accounts_owner from signing in',
    'let app work with the tables of accounts_owner',
  ])
})

const artifact = { name: 'caddy', version: '2.11.9', sha256: 'abcdef0123456789' }
const program = '/opt/shoestring/caddy/abcdef0123456789/caddy'
const pageOutPath = '/usr/local/libexec/shoestring-page-out'

test('caddy: installs, configures and starts it on a bare host', () => {
  const step = caddy({ domain: 'example.com', acme: { rootCertificate: 'PEM' }, caddy: artifact }, render)
  expect(summariesOf(step, step.bare)).toEqual([
    'install caddy 2.11.9',
    'use caddy 2.11.9',
    'write /usr/local/libexec/shoestring-page-out',
    'write /etc/systemd/system/caddy.service',
    'write /etc/caddy/acme-root.pem',
    'write /etc/caddy/Caddyfile',
    'enable caddy at boot',
    "make systemd read caddy's unit",
    'start caddy',
  ])
})

test('caddy: reloads for its configuration, restarts for its program, and drops what is not used any more', () => {
  const step = caddy({ domain: 'example.com', acme: {}, caddy: artifact }, render)
  const observed = {
    installed: { current: artifact.sha256, intact: [artifact.sha256], folders: [artifact.sha256] },
    unit: {
      ...noUnit,
      exists: true,
      state: 'active',
      enabled: true,
      startedMs: 100,
      changedMs: 200,
      program,
    },
    files: {
      [pageOutPath]: file(render(pageOutPath), 50, 0o755),
      '/etc/systemd/system/caddy.service': file(render('/etc/systemd/system/caddy.service', { program }), 50),
      '/etc/caddy/Caddyfile': file(
        render('/etc/caddy/Caddyfile', {
          domain: 'example.com',
          issuer: 'dir https://acme-v02.api.letsencrypt.org/directory',
          adminFrom: '0.0.0.0/0 ::/0',
        }),
        150,
      ),
    },
  }
  expect(summariesOf(step, observed)).toEqual([])

  const edited = structuredClone(observed)
  edited.files['/etc/caddy/Caddyfile'].content += '# mine\n'
  expect(summariesOf(step, edited)).toEqual(['update /etc/caddy/Caddyfile, -1 +0', 'reload caddy'])

  const unread = structuredClone(observed)
  unread.files['/etc/caddy/Caddyfile'].mtimeMs = 250
  expect(summariesOf(step, unread)).toEqual(['reload caddy'])

  const before = { current: 'old', intact: ['old'], folders: ['old'] }
  const upgrade = { ...observed, installed: before, unit: { ...observed.unit, program: '/opt/old/caddy' } }
  expect(summariesOf(step, upgrade)).toEqual([
    'install caddy 2.11.9',
    'use caddy 2.11.9',
    'restart caddy',
    "remove caddy's old version old",
  ])

  const damaged = { ...observed, installed: { ...observed.installed, intact: [] } }
  expect(summariesOf(step, damaged)).toEqual(['repair caddy 2.11.9'])

  const root = { ...observed, files: { ...observed.files, '/etc/caddy/acme-root.pem': file('PEM', 50) } }
  expect(summariesOf(step, root)).toEqual(['remove /etc/caddy/acme-root.pem'])
})
