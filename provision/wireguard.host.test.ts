// oxlint-disable no-restricted-imports -- the key is an output of the plugin's resource
import { expect } from 'vitest'
import { quietCall } from '../cli/on-host.ts'
import { test as hostTest, type TestHost, type TestLab } from '../lab/testing.ts'
import { closeConnections, useKeyFile } from '../plugin/connection.ts'
import { host as hostResource } from '../plugin/host.ts'
import type { DesiredTunnel } from './desired.ts'
import { desiredHost, openProvisioned, type ProvisionedHost } from './on-test-host.ts'

interface Tunnel {
  host: TestHost
  /** An operator's machine, somewhere else. */
  laptop: TestHost
  provisioned: ProvisionedHost
  desired: DesiredTunnel
}

// One server and one laptop for all tests here, in the order of a tunnel's life.
const test = hostTest.extend('tunnel', { scope: 'file' }, async ({}, { onCleanup }) => {
  let opened: Promise<Tunnel> | undefined
  onCleanup(async () => {
    await closeConnections()
    await (await opened)?.provisioned.close()
  })
  return { on: (lab: TestLab) => (opened ??= open(lab)) }
})

async function open(lab: TestLab): Promise<Tunnel> {
  const [host, laptop] = await Promise.all([lab.addHost(), lab.addHost({ name: 'laptop' })])
  const install =
    'apt-get -q update && apt-get -qy install --no-install-recommends wireguard-tools wireguard-go iputils-ping'
  expect((await laptop.$(`${install} && umask 077 && wg genkey > /root/key`)).exitCode).toBe(0)
  const publicKey = (await laptop.$('wg pubkey < /root/key')).stdout.trim()
  const provisioned = await openProvisioned(lab, host)
  const peers = [{ name: 'ada-laptop', publicKey, address: '10.77.0.2' }]
  return { host, laptop, provisioned, desired: { address: '10.77.0.1/24', port: 51_820, peers } }
}

const allow = ['22/tcp', '80/tcp', '443/tcp', '443/udp', '51820/udp']
const wireguardOf = (lines: string[]) => lines.filter((line) => line.startsWith('wireguard: '))
// By its own interface: outside of the tunnel somebody else may have that address.
const answers = "ping -q -c 1 -W 3 -I wg0 10.77.0.1 && timeout 4 bash -c '</dev/tcp/10.77.0.1/443'"

/** The laptop's end, as its owner would set it up. */
async function dial({ host, laptop }: Tunnel): Promise<void> {
  const server = (await host.$('wg show wg0 public-key')).stdout.trim()
  const commands = [
    'wireguard-go wg0 2> /dev/null',
    `wg set wg0 private-key /root/key peer ${server} allowed-ips 10.77.0.1/32 endpoint ${host.address}:51820`,
    'ip address add 10.77.0.2/24 dev wg0',
    'ip link set wg0 mtu 1420 up',
  ]
  expect(await laptop.$(commands.join(' && '))).toMatchObject({ exitCode: 0 })
}

test(
  'a server with a tunnel makes its own key, and lets in who has a key of the settings',
  { timeout: 300_000 },
  async ({ lab, tunnel }) => {
    const opened = await tunnel.on(lab)
    const { host, laptop, provisioned, desired } = opened
    const task = desiredHost(provisioned.caddy, { allow, wireguard: desired })
    const first = await provisioned.converge(task)
    expect(first.failure).toBeUndefined()
    expect(wireguardOf(first.applied)).toEqual([
      'wireguard: make a key for the host',
      'wireguard: write /etc/wireguard/wg0.conf',
      'wireguard: write /etc/systemd/system/shoestring-wireguard.service',
      'wireguard: enable shoestring-wireguard at boot',
      "wireguard: make systemd read shoestring-wireguard's unit",
      'wireguard: start shoestring-wireguard',
    ])
    expect((await provisioned.converge(task)).applied).toEqual([])
    expect((await laptop.$(answers)).exitCode).not.toBe(0)
    await dial(opened)
    expect((await laptop.$(answers)).exitCode).toBe(0)
    expect((await laptop.$('wg show wg0 latest-handshakes')).stdout).toMatch(/\t[1-9]\d+\n$/)
    const key = await host.$(
      'stat -c "%U %a" /etc/wireguard/wg0.key; journalctl -b | grep -cF "$(cat /etc/wireguard/wg0.key)"',
    )
    expect(key.stdout).toBe('root 600\n0\n')
    const exposure = await host.$(
      "for unit in wireguard undo; do systemd-analyze security --no-pager shoestring-$unit | sed -n 's/.*: \\([0-9.]*\\) .*/\\1/p' | tail -1; done",
    )
    console.log(`exposure: ${exposure.stdout.trim().replace('\n', ', ')}`)
    for (const told of exposure.stdout.trim().split('\n')) expect(Number(told)).toBeLessThanOrEqual(2)
  },
)

test('the resource answers with the public half of that key', async ({ lab, tunnel }) => {
  const { host, provisioned, desired } = await tunnel.on(lab)
  const { destination } = provisioned.ssh
  const asked = desiredHost(provisioned.caddy, { allow, wireguard: desired })
  if (asked.task !== 'host') throw new Error('not a host')
  const { keepLogins: _, caddy: _pinned, ...inputs } = asked.desired
  useKeyFile(destination.keyFile)
  const { address, hostKey } = destination
  const { outputs } = await hostResource.create({ ...inputs, address, hostKey }, quietCall('web'))
  expect(outputs['wireguardKey']).toBe((await host.$('wg show wg0 public-key')).stdout.trim())
})

const withKey = (file: string) => `wg set wg0 private-key ${file}`

test('a stranger comes in neither with a key of his own nor under a known address', async ({
  lab,
  tunnel,
}) => {
  const { laptop } = await tunnel.on(lab)
  await laptop.$(`umask 077; wg genkey > /root/stranger; ${withKey('/root/stranger')}`)
  expect((await laptop.$(answers)).exitCode).not.toBe(0)
  // The key is right, the address is another peer's.
  await laptop.$(
    `${withKey('/root/key')}; ip address del 10.77.0.2/24 dev wg0; ip address add 10.77.0.9/24 dev wg0`,
  )
  expect((await laptop.$(answers)).exitCode).not.toBe(0)
  await laptop.$('ip address del 10.77.0.9/24 dev wg0; ip address add 10.77.0.2/24 dev wg0')
  expect((await laptop.$(answers)).exitCode).toBe(0)
})

test('a peer that somebody let in by hand is named and shut out, and the others stay', async ({
  lab,
  tunnel,
}) => {
  const { host, laptop, provisioned, desired } = await tunnel.on(lab)
  const eve = `${'A'.repeat(42)}E=`
  await host.$(`wg set wg0 peer ${eve} allowed-ips 10.77.0.66/32; ip address add 10.66.0.1/24 dev wg0`)
  const task = desiredHost(provisioned.caddy, { allow, wireguard: desired })
  const repaired = await provisioned.converge(task)
  expect(repaired.planned).toEqual([
    'wireguard: give wg0 its address 10.77.0.1/24 back',
    `wireguard: shut peer ${eve} out of the tunnel`,
  ])
  expect([repaired.failure, repaired.applied]).toEqual([undefined, repaired.planned])
  expect((await laptop.$(answers)).exitCode).toBe(0)
})

test('the tunnel outlives a power cut, with the same key', { timeout: 120_000 }, async ({ lab, tunnel }) => {
  const { host, laptop } = await tunnel.on(lab)
  const publicKey = async () => (await host.$('wg show wg0 public-key')).stdout
  const before = await publicKey()
  await host.powerCycle()
  await expect.poll(publicKey, { timeout: 10_000 }).toBe(before)
  await expect.poll(async () => (await laptop.$(answers)).exitCode, { timeout: 30_000 }).toBe(0)
})

test('without a wish for it the tunnel goes, and its key with it', async ({ lab, tunnel }) => {
  const { host, laptop } = await tunnel.on(lab)
  const provisioned = await openProvisioned(lab, host)
  try {
    const task = desiredHost(provisioned.caddy)
    const { applied, failure } = await provisioned.converge(task)
    // The admins' site is for everybody again.
    const [ofCaddy, others] = [true, false].map((is) =>
      applied.filter((line) => line.startsWith('caddy: ') === is),
    )
    expect(ofCaddy?.[0]).toMatch(/^caddy: update \/etc\/caddy\/Caddyfile, -1 \+1/)
    expect([failure, others]).toEqual([
      undefined,
      [
        'wireguard: take the tunnel down',
        'wireguard: remove /etc/systemd/system/shoestring-wireguard.service',
        'wireguard: remove /etc/wireguard/wg0.conf',
        'wireguard: remove /etc/wireguard/wg0.key',
        "wireguard: make systemd forget the tunnel's unit",
        'firewall: close 51820/udp',
      ],
    ])
    expect((await provisioned.converge(task)).applied).toEqual([])
    expect((await host.$('ip link show wg0; ls /etc/wireguard')).stdout).toBe('')
    expect((await laptop.$(answers)).exitCode).not.toBe(0)
  } finally {
    await provisioned.close()
  }
})
