import { expect } from 'vitest'
import { test as hostTest, type TestLab } from '../lab/testing.ts'
import { adasKey, desiredRelease, evesKey, openProvisioned } from './on-test-host.ts'
import { stepsOf } from './testing.ts'
import { openSite, siteOf, startLoad, units, visit, type Site } from './test-site.ts'

// One host and its certificate authority for all tests here, in the order of a host's life.
const test = hostTest.extend('web', { scope: 'file' }, async ({}, { onCleanup }) => {
  let opened: Promise<Site> | undefined
  onCleanup(async () => (await opened)?.close())
  return { on: (lab: TestLab) => (opened ??= openSite(lab)) }
})

test(
  'a bare host is planned in full, converges once, and then needs nothing',
  { timeout: 300_000 },
  async ({ lab, web }) => {
    const { host, provisioned, acme } = await web.on(lab)
    const task = siteOf(provisioned, acme)
    const plan = await provisioned.plan(task)
    const first = await provisioned.converge(task)
    expect(first.failure).toBeUndefined()
    // Packages bring files that no plan before them can see; the steps are the same.
    expect(stepsOf(first.applied)).toEqual(stepsOf(plan.planned))
    expect(first.applied.find((line) => line.startsWith('packages: install'))).toContain(' postgresql-17 ')
    expect(first.applied.filter((line) => line.startsWith('firewall'))).toEqual([
      'firewall: allow 22/tcp',
      'firewall: allow 80/tcp',
      'firewall: allow 443/tcp',
      'firewall: allow 443/udp',
      'firewall: enable',
      'firewall: bring it up at boot',
    ])
    const second = await provisioned.converge(task)
    expect(second).toMatchObject({ planned: [], applied: [], failure: undefined })
    console.log(
      `converge ${(first.ms / 1000).toFixed(1)} s; nothing to do ${second.ms} ms, ${second.roundTripMs} ms from here`,
    )
    expect(await units(host, 'caddy', 'postgresql@17-main', 'ufw')).toEqual(['active', 'active', 'active'])
    expect(await host.openPorts()).toEqual([22, 80, 443])
  },
)

test('Postgres keeps to UTF-8, UTC and its socket, and lets the app into its database only', async ({
  lab,
  web,
}) => {
  const { host } = await web.on(lab)
  const ask = (database: string, sql: string) =>
    host.$(
      `setpriv --reuid=app --regid=app --init-groups psql -XAt -h /run/postgresql -d ${database} -c "${sql}"`,
    )
  const settings = await ask(
    'accounts',
    "select current_user, current_setting('TimeZone'), current_setting('server_encoding'), current_setting('listen_addresses')",
  )
  expect(settings.stdout.trim()).toBe('app|UTC|UTF8|')
  expect((await ask('postgres', 'select 1')).exitCode).not.toBe(0)
  expect((await host.$('ss -Hltn sport = :5432')).stdout).toBe('')
})

test('a release is unpacked, started, asked how it is, and serves over HTTPS', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  const release = await desiredRelease()
  const first = await provisioned.converge(release)
  expect(first.failure).toBeUndefined()
  expect(first.applied).toEqual([
    'app: write /etc/systemd/system/app@.service',
    "app: make systemd read app's unit",
    'app: write /usr/local/sbin/accounts',
    'app: unpack v0.1.0 (aaaaaa)',
    expect.stringMatching(/^app: migrate the database: 0001-accounts, /),
    'app: start v0.1.0 (aaaaaa)',
    'app: start v0.1.0 (aaaaaa) at boot',
    'app: switch to v0.1.0',
  ])
  const second = await provisioned.converge(release)
  expect(second).toMatchObject({ applied: [], failure: undefined })
  console.log(`release ${first.ms} ms; nothing to do ${second.ms} ms, ${second.roundTripMs} ms from here`)

  const health = await visit(host, acme, 'app', '/healthz')
  expect([health.status, health.body]).toEqual([200, '{"status":"ok","database":"ok"}'])
  expect(health.headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
  })
  expect(health.headers).not.toHaveProperty('server')
  expect(health.headers['alt-svc']).toContain('h3=":443"')

  const www = await visit(host, acme, 'www', '/')
  expect(www.status).toBe(200)
  expect(www.headers['content-security-policy']).toContain("default-src 'none'")
  const nothing = await visit(host, acme, 'www', '/nothing')
  expect([nothing.status, nothing.headers['server']]).toEqual([404, undefined])
  expect(nothing.body).toContain('Nothing here.')
  const moved = await visit(host, acme, '', '/a?b', { port: ':8443' })
  expect([moved.status, moved.headers['location']]).toEqual([301, 'https://www.example.test:8443/a?b'])
})

test('what was changed by hand is planned by name and put right', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  await host.$('ufw allow 8080 && ufw deny from 192.0.2.7 && ufw delete allow 443/udp')
  await host.$('echo "# mine" >> /etc/caddy/Caddyfile')
  await host.$(`sed -i 's/.*/${evesKey.replaceAll('/', '\\/')}/' /home/ada/.ssh/authorized_keys`)
  await host.$('chmod 666 /etc/sudoers.d/shoestring')
  // As a power cut in the middle of apt leaves it.
  await host.$('cd /tmp && apt-get download tree && dpkg --unpack tree_*.deb')
  await host.$('useradd -m -G shoestring-operators mallory')
  await host.$('systemctl disable --now caddy')
  await host.$(
    'setpriv --reuid=postgres --regid=postgres --init-groups psql -c "alter database accounts owner to postgres" -c "grant connect on database accounts to public" postgres',
  )
  const task = siteOf(provisioned, acme)
  const repaired = await provisioned.converge(task)
  expect(repaired.failure).toBeUndefined()
  expect(repaired.applied).toEqual([
    'packages: finish what dpkg was interrupted in',
    'operators: let ada in with key ada@laptop',
    "operators: shut out key eve@cafe, which ada isn't to use",
    'operators: set /etc/sudoers.d/shoestring to root:root 440, was root:root 666',
    'operators: remove operator mallory: key, shell and sudo, not the files',
    'firewall: allow 443/udp',
    'firewall: close 8080',
    'firewall: delete rule "deny in from 192.0.2.7 to any"',
    "database: give database accounts to role accounts_owner, was postgres's",
    'database: close database accounts to other roles',
    'caddy: update /etc/caddy/Caddyfile, -1 +0',
    'caddy: enable caddy at boot',
    'caddy: start caddy',
  ])
  expect(repaired.planned).toEqual(repaired.applied)
  expect((await provisioned.converge(task)).applied).toEqual([])
  expect((await host.$('cat /home/ada/.ssh/authorized_keys')).stdout.trim()).toBe(adasKey)
})

test('rules that the kernel lost are loaded again', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  await host.$('iptables -P INPUT ACCEPT; iptables -F; iptables -X')
  const task = siteOf(provisioned, acme)
  const repaired = await provisioned.converge(task)
  expect([repaired.failure, repaired.applied]).toEqual([
    undefined,
    ["firewall: disable, because the kernel doesn't filter by it", 'firewall: enable'],
  ])
  expect(await host.openPorts()).toEqual([22, 80, 443])
})

test('an operator who gives up gets the change in progress, no other, and can go on later', async ({
  lab,
  web,
}) => {
  const { host, provisioned, acme } = await web.on(lab)
  await host.$('echo mine >> /etc/issue; echo mine >> /etc/issue.net')
  const task = siteOf(provisioned, acme)
  const [first, second] = ['update /etc/issue, -1 +0', 'update /etc/issue.net, -1 +0'] as const
  const { applied, failure } = await provisioned.converge(task, first)
  expect(applied).toEqual([`banner: ${first}`])
  expect(failure?.why).toBe(`stopped on request, before banner: ${second}`)
  expect((await provisioned.converge(task)).applied).toEqual([`banner: ${second}`])
})

test('an operator who gives up while the way in is changed keeps the old one', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  await host.$('ufw allow 8080; ufw allow 8081')
  const task = siteOf(provisioned, acme)
  const { failure } = await provisioned.converge(task, 'close 8080')
  expect(failure?.why).toBe('stopped on request, before firewall: close 8081')
  expect((await provisioned.converge(task)).applied).toEqual(['firewall: close 8080', 'firewall: close 8081'])
})

test('a broken Caddyfile is refused before it replaces the good one', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  const before = (await host.$('sha256sum /etc/caddy/Caddyfile')).stdout
  const task = siteOf(provisioned, acme, { domain: 'example.test {' })
  const { failure } = await provisioned.converge(task)
  expect(failure).toMatchObject({ step: 'caddy', summary: expect.stringContaining('/etc/caddy/Caddyfile') })
  expect((await host.$('sha256sum /etc/caddy/Caddyfile')).stdout).toBe(before)
  expect((await visit(host, acme, 'app', '/healthz')).status).toBe(200)
})

test('a new release takes over without a failed request, and the old one ends', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  const load = startLoad(host, acme)
  const release = await desiredRelease({
    hash: 'bbbbbb222222',
    version: 'v0.2.0',
    settings: {
      DOMAIN: 'example.test',
      PGDATABASE: 'accounts',
      MAIL_FROM: 'accounts@example.test "quoted" $HOME \\ `x`',
    },
  })
  const told = await provisioned.converge(release)
  const answers = await load.stop()
  expect(told.applied).toEqual([
    'app: unpack v0.2.0 (bbbbbb), settings that change: MAIL_FROM',
    'app: start v0.2.0 (bbbbbb)',
    'app: start v0.2.0 (bbbbbb) at boot',
    'app: switch from v0.1.0 to v0.2.0',
    'app: stop v0.1.0 (aaaaaa)',
  ])
  console.log(`cut-over ${told.ms} ms, ${answers.length} requests answered meanwhile`)
  expect([...new Set(answers)].toSorted()).toEqual(['200 v0.1.0', '200 v0.2.0'])
  const environment = await host.$(
    "tr '\\0' '\\n' < /proc/$(systemctl show -P MainPID app@bbbbbb222222)/environ | grep MAIL_FROM",
  )
  expect(environment.stdout.trim()).toBe('MAIL_FROM=accounts@example.test "quoted" $HOME \\ `x`')
})

test('a release that is not well leaves the one before it serving', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  const broken = Buffer.from(`throw new Error('MAIL_FROM must be an address')`)
  const release = await desiredRelease({
    hash: 'cccccc333333',
    version: 'v0.3.0',
    files: { 'server.mjs': broken },
  })
  const start = Date.now()
  const { failure, applied } = await provisioned.converge(release)
  console.log(`broken release given up after ${Date.now() - start} ms`)
  expect(applied).toEqual(['app: unpack v0.3.0 (cccccc), settings that change: MAIL_FROM'])
  expect(failure?.summary).toBe('start v0.3.0 (cccccc)')
  expect(failure?.why).toContain('Error: MAIL_FROM must be an address')
  expect(failure?.fix).toContain('the release before it goes on serving')
  expect((await visit(host, acme, 'app', '/version')).body).toContain('"version":"v0.2.0"')
  expect(await units(host, 'app@bbbbbb222222', 'app@cccccc333333')).toEqual(['active', 'inactive'])
})

test('files of a release that were changed by hand are unpacked again', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  await host.$(
    `echo hacked > /opt/shoestring/app/current/www/index.html; touch /opt/shoestring/app/current/x
    mkdir /etc/systemd/system/app@.service.d
    printf '[Service]\\nProtectSystem=no\\n' > /etc/systemd/system/app@.service.d/mine.conf; systemctl daemon-reload`,
  )
  const release = await desiredRelease({
    hash: 'bbbbbb222222',
    version: 'v0.2.0',
    settings: {
      DOMAIN: 'example.test',
      PGDATABASE: 'accounts',
      MAIL_FROM: 'accounts@example.test "quoted" $HOME \\ `x`',
    },
  })
  const told = await provisioned.converge(release)
  expect(told.applied).toEqual([
    "app: remove /etc/systemd/system/app@.service.d/mine.conf, which changes app's unit",
    "app: make systemd read app's unit",
    'app: unpack v0.2.0 (bbbbbb) again: changed are www/index.html, x',
    'app: restart v0.2.0 (bbbbbb)',
  ])
  expect((await visit(host, acme, 'www', '/')).body).not.toContain('hacked')
})

test('going back is the same cut-over, and three releases are kept', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  const back = await provisioned.converge(await desiredRelease())
  expect(back.applied).toEqual([
    'app: start v0.1.0 (aaaaaa)',
    'app: start v0.1.0 (aaaaaa) at boot',
    'app: switch from v0.2.0 to v0.1.0',
    'app: stop v0.2.0 (bbbbbb)',
  ])
  console.log(`rollback ${back.ms} ms`)
  expect((await visit(host, acme, 'app', '/version')).body).toContain('"version":"v0.1.0"')
  const next = await provisioned.converge(await desiredRelease({ hash: 'dddddd444444', version: 'v0.4.0' }))
  // The one that never was well goes first.
  expect(next.applied.at(-1)).toBe('app: remove v0.3.0 (cccccc)')
  expect((await host.$('ls /opt/shoestring/app/releases')).stdout.trim().split('\n')).toEqual([
    'aaaaaa111111',
    'bbbbbb222222',
    'dddddd444444',
  ])
})

test('after a power cut everything comes back by itself, as desired', async ({ lab, web }) => {
  const { host, provisioned, acme } = await web.on(lab)
  await host.powerCycle()
  await expect
    .poll(() => visit(host, acme, 'app', '/version').then(({ status }) => status, String), {
      timeout: 30_000,
    })
    .toBe(200)
  expect((await visit(host, acme, 'app', '/version')).body).toContain('"version":"v0.4.0"')
  expect(await host.openPorts()).toEqual([22, 80, 443])
  const again = await openProvisioned(lab, host)
  try {
    expect((await again.converge(siteOf(provisioned, acme))).applied).toEqual([])
    const release = await desiredRelease({ hash: 'dddddd444444', version: 'v0.4.0' })
    expect((await again.converge(release)).applied).toEqual([])
    const removed = await again.converge({ task: 'release-removal' })
    expect(removed.applied).toEqual([
      'app: stop serving',
      'app: stop app@dddddd444444.service',
      'app: remove 3 releases',
      'app: remove /usr/local/sbin/accounts',
      'app: remove /etc/systemd/system/app@.service',
    ])
    expect((await again.converge({ task: 'release-removal' })).applied).toEqual([])
  } finally {
    await again.close()
  }
})
