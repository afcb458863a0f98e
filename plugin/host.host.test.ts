import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { test, type TestLab } from '../lab/testing.ts'
import { closeConnections, connected, useKeyFile } from './connection.ts'
import { host, type HostInputs } from './host.ts'
import type { Call } from './provider.ts'
import { sha256, ship } from './runtime.ts'
import { Ssh } from './ssh.ts'
import { unknown, type Bag } from './values.ts'

const settings: Omit<HostInputs, 'address' | 'hostKey'> = {
  hostname: 'web',
  domain: 'example.localhost',
  operators: [
    {
      name: 'dev',
      keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7lF1tzUKQXwHUfmyoXaSAM7wHFf7cdMzzBrbEBpGIm dev'],
    },
  ],
  acme: {},
  allow: ['22/tcp', '80/tcp', '443/tcp'],
  database: 'accounts',
}

/** A call that keeps what is said to people. */
function listening(): { call: Call; said: string[] } {
  const said: string[] = []
  const keep = async (line: string) => void said.push(line)
  const signal = new AbortController().signal
  return { said, call: { urn: '', name: 'web', signal, timeoutMs: 0, info: keep, warn: keep, status: keep } }
}

const inputsAt = (address: string, hostKey: string): Bag => ({ ...settings, address, hostKey })
const olds = (bag: Bag) => ({ inputs: bag, outputs: bag })
const unreachable = (lab: TestLab): Bag => inputsAt(lab.slot.addresses.at(-1) ?? '', 'ssh-ed25519 AAAA')

afterAll(closeConnections)

test('a host that does not exist yet is planned in full, without a connection', async () => {
  const { call, said } = listening()
  await host.preview?.(inputsAt(unknown, unknown), call)
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(/^up would\n {2}runtime {2,}install Node 26\.[^]*allow 443\/tcp[^]*install caddy/)
})

test('a host that does not answer is planned in full too, and the warning says why', async ({ lab }) => {
  const { call, said } = listening()
  const inputs = unreachable(lab)
  const { changes } = await host.diff('web', { inputs, outputs: inputs }, inputs, call)
  expect(changes.map(({ path }) => path)).toContain('firewall')
  expect(said[0]).toMatch(/web does not answer at 198\.51\.100\.\d+[^]*planned as if it were a fresh Debian/)
  expect(said[1]).toMatch(/^up would/)
})

test('a refresh of a host that does not answer forgets nothing and invents nothing', async ({ lab }) => {
  const { call } = listening()
  const inputs = unreachable(lab)
  const before = { inputs, outputs: { ...inputs, drift: ['firewall: close 8080/tcp'] } }
  expect(await host.read('web', before, call)).toEqual(before)
})

test('what changed in the repository since the last update is blamed on nobody', async ({ lab }) => {
  const { call, said } = listening()
  const { inputs } = (await host.check?.(unreachable(lab), {}, { name: 'web', suffix: 'a' })) ?? {
    inputs: {},
  }
  expect(inputs).toMatchObject({ content: expect.stringMatching(/^[0-9a-f]{12}$/) })
  const before = { inputs: { ...inputs, content: '000000000000' }, outputs: { drift: [] } }
  expect(await host.read('web', before, call)).toEqual(before)
  expect(said).toEqual([
    'what lies here has changed since the last update: not compared; pulumi preview tells',
  ])
  const { changes } = await host.diff('web', before, inputs, call)
  expect(changes[0]).toEqual({ path: 'content', kind: 'update', ofInputs: true })
})

test('a bare host that answers is planned, and nothing is left on it', async ({ lab, host: machine }) => {
  useKeyFile(join(lab.stateFolder, 'key'))
  const { stdout } = await machine.$('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
  const inputs = inputsAt(machine.address, stdout.trim())
  const { call, said } = listening()
  const { changes } = await host.diff('web', { inputs, outputs: inputs }, inputs, call)
  expect(changes.map(({ path }) => path)).toEqual(expect.arrayContaining(['runtime', 'packages', 'caddy']))
  expect(said.join('\n')).not.toContain('does not answer')
  const left = await machine.$('ls -d /opt/shoestring /var/cache/shoestring 2>/dev/null; id dev 2>/dev/null')
  expect(left.stdout).toBe('')
})

test('an up to a host that is no good ground, or whose mirror is not to be trusted, says so and changes nothing', async ({
  lab,
  host: machine,
}) => {
  useKeyFile(join(lab.stateFolder, 'key'))
  const { stdout } = await machine.$('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
  const up = () => host.create(inputsAt(machine.address, stdout.trim()), listening().call)
  const made =
    'ls -d /opt/shoestring /etc/apt/apt.conf.d/*shoestring* /etc/systemd/system/shoestring* 2>/dev/null'

  await machine.$(
    "systemd-run --unit=foreign --property=User=nobody --property=AmbientCapabilities=CAP_NET_BIND_SERVICE perl -MIO::Socket::INET -e 'IO::Socket::INET->new(LocalPort => 80, Listen => 1) and sleep 600'",
  )
  await expect.poll(async () => (await machine.$('grep -c ":0050 .* 0A " /proc/net/tcp')).stdout).toBe('1\n')
  await expect(up()).rejects.toThrow(/^ground: a port is taken\n {2}why {3}a service of nobody/)
  await machine.$('systemctl stop foreign; cp /etc/os-release /tmp/ours; sed -i s/13/12/ /etc/os-release')
  await expect(up()).rejects.toThrow(/ground: another system\n {2}why {3}this host runs debian 12/)
  await machine.$('cp /tmp/ours /etc/os-release')
  expect((await machine.$(made)).stdout).toBe('')

  // Debian's own keys are gone: what the mirror sends is signed by nobody whom the host knows.
  await machine.$(
    'mkdir /tmp/keys; mv /usr/share/keyrings/debian-archive* /etc/apt/trusted.gpg.d/* /tmp/keys; rm -rf /var/lib/apt/lists/*',
  )
  await expect(up()).rejects.toThrow(/packages: could not install libatomic1[^]*why {3}[EW]: .*sign/i)
  expect((await machine.$('ls /opt/shoestring/node/*/bin/node; dpkg --audit')).stdout).not.toContain(
    'libatomic1',
  )
})

test(
  'the first up comes in as root and shuts it out as the operator; every later one is that operator',
  { timeout: 300_000 },
  async ({ lab, host: machine }) => {
    useKeyFile(join(lab.stateFolder, 'key'))
    const key = (await readFile(join(lab.stateFolder, 'key.pub'), 'utf8')).trim()
    const { stdout } = await machine.$('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
    const hostKey = stdout.trim()
    const of = (...names: string[]): Bag => ({
      ...inputsAt(machine.address, hostKey),
      operators: names.map((name) => ({ name, keys: [key] })),
      // The logins in vain of this test must not shut it out.
      sshFrom: [lab.slot.subnet],
    })
    const root = () =>
      Ssh.connect({ address: machine.address, hostKey, keyFile: join(lab.stateFolder, 'key') })

    // Of an earlier Node, and one that the app's unit still starts with.
    await machine.$(
      `mkdir -p /opt/shoestring/node/20.0.0/bin /opt/shoestring/node/21.0.0/bin
      echo ExecStart=/opt/shoestring/node/21.0.0/bin/node > /etc/systemd/system/app@.service`,
    )
    const created = listening()
    await host.create(of('ada'), created.call)
    const { stdout: nodes } = await machine.$('ls /opt/shoestring/node; rm /etc/systemd/system/app@.service')
    expect(nodes.split('\n').filter(Boolean)).toEqual(['21.0.0', process.versions.node, 'current'])
    expect(created.said).toContain('operators: shut out root: its key')
    await expect(root()).rejects.toThrow('Permission denied')

    await closeConnections()
    const { call } = listening()
    const start = performance.now()
    expect(await host.diff('web', olds(of('ada')), of('ada'), call)).toEqual({ changes: [] })
    console.log(`nothing to do, as an operator by sudo: ${Math.round(performance.now() - start)} ms`)

    const source = import.meta.filename
    const shipment = { name: 'a file', source, target: '/opt/shoestring/file', sha256: await sha256(source) }
    await connected(
      { address: machine.address, hostKey, operators: [{ name: 'ada', keys: [key] }] },
      'web',
      (ssh) => ship(ssh, shipment),
    )

    await closeConnections()
    const renamed = listening()
    await host.update?.('web', olds(of('ada')), of('eva'), renamed.call)
    expect(renamed.said).toContain('operators: remove operator ada: key, shell and sudo, not the files')
    const ada = { address: machine.address, hostKey, keyFile: join(lab.stateFolder, 'key'), login: 'ada' }
    await expect(Ssh.connect(ada)).rejects.toThrow('Permission denied')
    expect((await host.diff('web', olds(of('eva')), of('eva'), call)).changes).toEqual([])

    await closeConnections()
    const foreign = { ...of('eva'), operators: settings.operators }
    await expect(host.update?.('web', olds(of('eva')), foreign, call)).rejects.toThrow(
      'web: this would shut you out\n  why   you come in as eva, whom the settings no longer name',
    )
  },
)

test('a host can not be imported, and the refusal says what to do', async () => {
  const { call } = listening()
  await expect(host.read('web', { inputs: {}, outputs: {} }, call)).rejects.toThrow(
    "a host can't be imported: declare it, and pulumi up makes it as declared",
  )
})
