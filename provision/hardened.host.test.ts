import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { test as hostTest, type TestHost, type TestLab } from '../lab/testing.ts'
import { stepsOf } from './testing.ts'
import { openSite, siteOf, units, visit, type Site } from './test-site.ts'

// One host for all tests here, in the order of its life, and another one that attacks it.
const test = hostTest.extend('web', { scope: 'file' }, async ({}, { onCleanup }) => {
  let opened: Promise<Site> | undefined
  onCleanup(async () => (await opened)?.close())
  return { on: (lab: TestLab) => (opened ??= openSite(lab)) }
})

const run = promisify(execFile)
const sshOptions = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'BatchMode=yes',
  'LogLevel=ERROR',
]

/** What the host is to be: let in by the lab's key as an operator too, and never shut out from here. */
async function hardened(lab: TestLab, { provisioned, acme }: Site) {
  const key = (await readFile(join(lab.stateFolder, 'key.pub'), 'utf8')).trim()
  return siteOf(provisioned, acme, {
    operators: [{ name: 'ada', keys: [key] }],
    sshFrom: [`${lab.slot.gateway}/32`, '0.0.0.0/0', '::/0'],
  })
}

/** A command as the operator, over a connection of its own. */
async function asAda({ stateFolder }: TestLab, { address }: TestHost, command: string): Promise<string> {
  const options = sshOptions.flatMap((option) => ['-o', option])
  const { stdout } = await run('ssh', ['-i', join(stateFolder, 'key'), ...options, `ada@${address}`, command])
  return stdout.trim()
}

test(
  'is hardened at once, then needs nothing, and says what a container leaves out',
  { timeout: 300_000 },
  async ({ lab, web }) => {
    const site = await web.on(lab)
    const task = await hardened(lab, site)
    const plan = await site.provisioned.plan(task)
    const first = await site.provisioned.converge(task)
    expect(first.failure).toBeUndefined()
    // Packages bring files that no plan before them can see, and steps come in the same order all the same.
    expect(stepsOf(first.applied)).toEqual(stepsOf(plan.planned))
    const second = await site.provisioned.converge(task)
    expect(second).toMatchObject({ planned: [], applied: [], failure: undefined })
    console.log(`hardened in ${(first.ms / 1000).toFixed(1)} s; nothing to do ${second.ms} ms`)
  },
)

async function proveIt(lab: TestLab, { host, acme }: Site) {
  await expect
    .poll(() => visit(host, acme, '', '/').then(({ status }) => status, String), { timeout: 60_000 })
    .toBe(301)
  expect((await host.$('systemctl --failed --no-legend --plain')).stdout).toBe('')
  expect(await units(host, 'caddy', 'postgresql@17-main', 'ufw', 'fail2ban', 'ssh')).toEqual(
    Array.from({ length: 5 }, () => 'active'),
  )
  expect(await host.$('apt-get check && apt-get update --error-on=any')).toMatchObject({ exitCode: 0 })
  expect(await asAda(lab, host, 'sudo -n id -u; sudo -n sh -c umask; umask; ulimit -Hc')).toBe(
    '0\n0022\n0007\n0',
  )
  const settings = await host.$(
    'cd /proc/sys/net; cat ipv4/conf/all/forwarding ipv4/conf/all/accept_redirects ipv4/conf/host0/send_redirects ipv6/conf/host0/accept_redirects ipv4/conf/all/log_martians',
  )
  expect(settings.stdout.split('\n').join(' ')).toBe('0 0 0 0 1 ')
  // Users see their own processes only, in a session that logind knows.
  expect(
    await asAda(lab, host, 'ps -e -o user= | sort -u; loginctl list-users --no-legend | grep -c ada'),
  ).toBe('ada\n1')
  for (const folder of ['/tmp', '/var/tmp', '/dev/shm', '/var/log', '/boot']) {
    const tried = await host.$(
      `cp /bin/true ${folder}/try; ${folder}/try; code=$?; rm -f ${folder}/try; exit $code`,
    )
    expect([folder, tried.exitCode]).toEqual([folder, 126])
  }
  expect((await host.$('systemctl is-enabled unattended-upgrades')).stdout.trim()).toBe('masked')
}

test('all of it works beside the hardening: services, apt, a login with sudo', async ({ lab, web }) => {
  const site = await web.on(lab)
  const { host } = site
  await proveIt(lab, site)
  const origins = await host.$('unattended-upgrade --dry-run --verbose 2>&1 | grep "Allowed origins"')
  expect(origins.stdout.trim()).toBe(
    'Allowed origins are: origin=Debian,codename=trixie-security,label=Debian-Security',
  )
})

test('every service of ours is in a sandbox, those of a release and of a machine with swap too', async ({
  lab,
  web,
}) => {
  const { host, provisioned } = await web.on(lab)
  const folder = '/root/units'
  await host.$(`mkdir ${folder}`)
  for (const name of ['app@.service', 'shoestring-swap.service']) {
    const text = provisioned.templates[`/etc/systemd/system/${name}`] ?? ''
    await host.writeFile(
      `${folder}/${name.replace('@', '@1')}`,
      text.replaceAll(/\{\{ \w+ \}\}/g, '/bin/true'),
    )
  }
  // Links are Debian's services by another name; what is written there is ours.
  const found = await host.$(
    `cp $(find /etc/systemd/system -maxdepth 1 -type f -name '*.service') ${folder}; cd ${folder}; ` +
      'for unit in *; do systemd-analyze security --offline=true --no-pager $PWD/$unit | tail -1; done; rm -r $PWD',
  )
  // What puts the way in back must be able to do all that the changes to it could.
  const levels = [...found.stdout.matchAll(/for (?!shoestring-undo)(\S+)\.service: (\d+\.\d)/g)]
  expect(levels.map(([, name]) => name)).toEqual(['app@1', 'caddy', 'shoestring-sums', 'shoestring-swap'])
  expect(levels.filter(([, , level]) => Number(level) > 2).map(([text]) => text)).toEqual([])
})

test('caddy gives back the memory that only its start needed', async ({ lab, web }) => {
  const { host } = await web.on(lab)
  await host.$('systemctl restart caddy')
  const { stdout } = await host.$(`
    pid=$(systemctl show -P MainPID caddy)
    awk '/^RssFile/ { print $2 * 1024 }' /proc/$pid/status
    stat -Lc %s /proc/$pid/exe
    systemctl show -P ExecStartPost caddy`)
  const [resident, size, ran] = stdout.trim().split('\n')
  expect(ran).toContain('status=0')
  // Three quarters without.
  expect(Number(resident) / Number(size)).toBeLessThan(0.5)
})

test(
  'who guesses at ssh is shut out in both families, who guesses at the app from the sites; the operator never is',
  {
    timeout: 300_000,
  },
  async ({ lab, web }) => {
    const { host } = await web.on(lab)
    const attacker = await lab.addHost({ name: 'attacker' })
    const opens = async (address: string, port: number) =>
      (
        await attacker.$(
          `timeout 3 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null && echo open || echo shut`,
        )
      ).stdout.trim()
    const options = sshOptions.map((option) => `-o ${option}`).join(' ')
    const guess = (address: string) =>
      `for i in 1 2 3 4 5 6; do timeout 5 ssh ${options} -o ConnectTimeout=3 admin$i@${address} true; done 2>/dev/null`
    try {
      // As many bad logins from here, first: they are forgiven.
      await run('sh', ['-c', guess(host.address)]).catch(() => undefined)
      for (const address of [host.address, host.address6]) {
        expect(await opens(address, 22)).toBe('open')
        await attacker.$(guess(address))
        await expect.poll(() => opens(address, 22), { timeout: 20_000 }).toBe('shut')
        expect(await opens(address, 443)).toBe('shut')
      }
      expect(await host.openPorts()).toEqual([22, 80, 443])
      expect(await asAda(lab, host, 'sudo -n fail2ban-client status sshd | grep "Banned IP"')).toContain(
        attacker.address,
      )

      // An app that knows nobody.
      await host.$(
        'fail2ban-client unban --all; install -d -m 755 /opt/shoestring/app /opt/shoestring/app/current',
      )
      const server =
        "require('http').createServer((_, answer) => answer.writeHead(401).end()).listen('/opt/shoestring/app/current/app.sock', () => require('fs').chmodSync('/opt/shoestring/app/current/app.sock', 0o777))"
      await host.$(
        `systemd-run --quiet --unit=nobody-app /opt/shoestring/node/current/bin/node -e "${server}"`,
      )
      const ask = (method: string) =>
        `curl -sk -o /dev/null -w '%{http_code}' -X ${method} --max-time 5 --resolve app.example.test:443:${host.address} https://app.example.test/sessions`
      await expect.poll(async () => (await attacker.$(ask('GET'))).stdout, { timeout: 30_000 }).toBe('401')
      await attacker.$(`for i in $(seq 41); do ${ask('GET')}; done`)
      expect(await opens(host.address, 443)).toBe('open')
      await attacker.$(`for i in $(seq 41); do ${ask('POST')}; done`)
      await expect.poll(() => opens(host.address, 443), { timeout: 20_000 }).toBe('shut')
      expect((await host.$('fail2ban-client status caddy')).stdout).toContain(attacker.address)
      // The office of whoever mistyped may be the operators' too.
      expect(await opens(host.address, 80)).toBe('shut')
      expect(await opens(host.address, 22)).toBe('open')
    } finally {
      await host.$(
        'fail2ban-client unban --all; systemctl stop nobody-app; rm -rf /opt/shoestring/app/current',
      )
      await lab.removeHost(attacker)
    }
  },
)

test('what was loosened by hand is planned by name and put right', async ({ lab, web }) => {
  const site = await web.on(lab)
  const { host, provisioned } = site
  await host.$('sysctl -qw net.ipv4.conf.all.forwarding=1; chmod 755 /root; chmod u+s /usr/bin/chfn')
  await host.$('mount -o remount,exec /tmp; rm /etc/issue; echo "# mine" >> /etc/fail2ban/jail.local')
  await host.$(
    'systemctl unmask unattended-upgrades; systemctl disable --now fail2ban; rm /etc/modprobe.d/shoestring.conf',
  )
  await host.$(
    'setpriv --reuid=postgres --regid=postgres --init-groups psql -qc "alter role accounts_owner login" postgres',
  )
  const repaired = await provisioned.converge(await hardened(lab, site))
  expect(repaired.failure).toBeUndefined()
  expect(repaired.applied).toEqual([
    'kernel: write /etc/modprobe.d/shoestring.conf',
    'kernel: set net.ipv4.conf.all.forwarding to 0, was 1',
    'banner: write /etc/issue',
    'mounts: mount /tmp with noexec',
    'idle services: switch unattended-upgrades.service off: it only waits for a shutdown',
    'database: keep role accounts_owner from signing in',
    'file modes: set /root to 700, was 755',
    "file modes: take root's rights from /usr/bin/chfn",
    'fail2ban: update /etc/fail2ban/jail.local, -1 +0',
    'fail2ban: enable fail2ban at boot',
    'fail2ban: start fail2ban',
  ])
  expect((await provisioned.converge(await hardened(lab, site))).applied).toEqual([])
})

test('a host that is no ground to build on is refused before anything is changed', async ({ lab, web }) => {
  const site = await web.on(lab)
  const { host, provisioned } = site
  const task = await hardened(lab, site)
  await host.$('rm /etc/issue; cp /etc/os-release /root/os-release; rm /etc/os-release')
  await host.writeFile('/etc/os-release', 'ID=ubuntu\nVERSION_ID="24.04"\n')
  const other = await provisioned.converge(task)
  expect([other.applied, other.failure?.step, other.failure?.why]).toEqual([
    [],
    'ground',
    'this host runs ubuntu 24.04; everything here is made for Debian 13',
  ])
  await host.$('cp /root/os-release /etc/os-release; systemctl stop caddy')
  await host.$(
    'systemd-run --quiet --unit=squatter python3 -m http.server 80; timeout 30 sh -c "until ss -Hltn sport = :80 | grep -q .; do sleep 0.1; done"',
  )
  const taken = await provisioned.converge(task)
  expect([taken.applied, taken.failure?.why]).toEqual([
    [],
    'a service of root that is not ours listens on port 80, which the web server needs',
  ])
  await host.$(
    'systemctl stop squatter; mv /etc/apt/sources.list.d /root/sources; mkdir /etc/apt/sources.list.d',
  )
  await host.$(
    'echo "deb http://127.0.0.1:9/debian trixie main" > /etc/apt/sources.list.d/dead.list; apt-get purge -y apt-listchanges',
  )
  const dead = await provisioned.converge(task)
  expect([dead.failure?.step, dead.failure?.summary]).toEqual(['packages', 'install apt-listchanges'])
  expect(dead.failure?.why).toContain('127.0.0.1')
  expect(dead.failure?.fix).toContain('nothing was installed')
  await host.$('rm -r /etc/apt/sources.list.d; mv /root/sources /etc/apt/sources.list.d')
  expect((await provisioned.converge(task)).applied).toEqual([
    'packages: install apt-listchanges',
    'banner: write /etc/issue',
    'caddy: start caddy',
  ])
})

test('after a reboot all of it stands', async ({ lab, web }) => {
  const site = await web.on(lab)
  const { host } = site
  await host.reboot()
  await expect
    .poll(async () => (await host.$('systemctl is-system-running')).stdout.trim(), { timeout: 60_000 })
    .toBe('running')
  await proveIt(lab, site)
  expect(await host.openPorts()).toEqual([22, 80, 443])
  await site.provisioned.close()
  const again = await openSiteAgain(lab, site)
  expect(again).toEqual([])
})

async function openSiteAgain(lab: TestLab, site: Site): Promise<string[]> {
  const { openProvisioned } = await import('./on-test-host.ts')
  const provisioned = await openProvisioned(lab, site.host)
  try {
    return (await provisioned.converge(await hardened(lab, site))).applied
  } finally {
    await provisioned.close()
  }
}
