import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect } from 'vitest'
import { $ } from './shell.ts'
import { openTestLab, type TestHost } from '../hosts/test-lab.ts'
import type { Policy, Rule } from '../machines.ts'
import { test, testImage } from '../testing.ts'
import { isOpen } from './open-ports.ts'

const everybody = ['0.0.0.0/0', '::/0']
const tcp = (ports: string, addresses = everybody): Rule => ({ protocol: 'tcp', ports, addresses })
const icmp: Rule = { protocol: 'icmp', ports: '0', addresses: everybody }
const allOut: Rule[] = [tcp('0'), { protocol: 'udp', ports: '0', addresses: everybody }, icmp]
const policy = (host: TestHost, inbound: Rule[], outbound = allOut): Policy => ({
  machineId: host.id,
  inbound,
  outbound,
})

/** A web server that says who it is, on both families. */
async function serve(host: TestHost, ...ports: number[]): Promise<void> {
  await host.$('mkdir -p /srv/www; hostname > /srv/www/index.html')
  for (const port of ports)
    await host.$(
      `systemd-run --unit=web-${port} python3 -m http.server ${port} --bind :: --directory /srv/www`,
    )
  for (const port of ports) await expect.poll(() => connects(host, '127.0.0.1', port)).toBe(true)
}

async function connects(from: TestHost, address: string, port: number): Promise<boolean> {
  return (await from.$(`timeout 1 bash -c '</dev/tcp/${address}/${port}'`)).exitCode === 0
}

/** Who answers on port 8000, as seen from this machine. */
async function whoAnswers(address: string): Promise<string> {
  return (await $({ nothrow: true })`curl -s -m 1 http://${address}:8000/`).stdout.trim()
}

/** An echo request and its reply; the image has no ping. */
async function pings(from: TestHost, address: string): Promise<boolean> {
  const v6 = address.includes(':')
  const script = `
import socket, struct
s = socket.socket(socket.${v6 ? 'AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6' : 'AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP'})
s.settimeout(1)
body = struct.pack('!BBHHH', ${v6 ? 128 : 8}, 0, 0, 7, 1)
total = sum(struct.unpack('!4H', body))
s.sendto(struct.pack('!BBHHH', ${v6 ? 128 : 8}, 0, 0xffff - (total % 0xffff), 7, 1), ('${address}', 0))
while True:
    reply, sender = s.recvfrom(1024)
    if sender[0] == '${address}' and reply[${v6 ? 0 : 20}] == ${v6 ? 129 : 0}: break
`
  return (await from.$('python3 -', script)).exitCode === 0
}

describe('the cloud firewall', () => {
  test('lets in what a policy allows, from this machine and from hosts, on both families', async ({
    lab,
    host,
  }) => {
    const { gateway, gateway6 } = lab.slot
    const other = await lab.addHost({ name: 'other' })
    await serve(host, 80, 8000)
    const seen = async () => ({
      outside: await Promise.all([80, 8000].map((port) => isOpen(host.address, port))),
      outside6: await Promise.all([80, 8000].map((port) => isOpen(host.address6, port))),
      host: await Promise.all([80, 8000].map((port) => connects(other, host.address, port))),
      host6: await Promise.all([80, 8000].map((port) => connects(other, host.address6, port))),
    })
    const all = [true, true]
    const none = [false, false]
    expect(await seen()).toEqual({ outside: all, outside6: all, host: all, host6: all })

    await lab.machines.filter([policy(host, [tcp('22'), tcp('80')])])
    const only80 = [true, false]
    expect(await seen()).toEqual({ outside: only80, outside6: only80, host: only80, host6: only80 })
    expect(await host.openPorts()).toEqual([22, 80])

    // By source: the machine here, not the host beside.
    await lab.machines.filter([policy(host, [tcp('22'), tcp('80-8000', [gateway, `${gateway6}/128`])])])
    expect(await seen()).toEqual({ outside: all, outside6: all, host: none, host6: none })

    await lab.machines.filter([policy(host, [])])
    expect(await seen()).toEqual({ outside: none, outside6: none, host: none, host6: none })

    await lab.machines.filter([])
    expect(await seen()).toEqual({ outside: all, outside6: all, host: all, host6: all })
    await lab.removeHost(other)
  })

  test('filters what a host sends, and lets answers back in', async ({ lab, host }) => {
    const other = await lab.addHost({ name: 'other' })
    await serve(other, 80, 8000)
    await lab.machines.filter([policy(host, [tcp('22')], [tcp('80')])])
    expect(await connects(host, other.address, 80)).toBe(true)
    expect(await connects(host, other.address6, 80)).toBe(true)
    expect(await connects(host, other.address, 8000)).toBe(false)
    expect(await connects(host, other.address6, 8000)).toBe(false)
    // The other one has no policy and is open to all that may leave.
    expect(await connects(other, host.address, 22)).toBe(true)
    await lab.removeHost(other)
  })

  test('takes icmp for both families', async ({ lab, host }) => {
    const other = await lab.addHost({ name: 'other' })
    const seen = () => Promise.all([pings(other, host.address), pings(other, host.address6)])
    await lab.machines.filter([policy(host, [tcp('22')])])
    expect(await seen()).toEqual([false, false])
    await lab.machines.filter([policy(host, [tcp('22'), icmp])])
    expect(await seen()).toEqual([true, true])
    await lab.removeHost(other)
  })

  test('leaves the old rules in force when new ones are refused', async ({ lab, host }) => {
    await serve(host, 8000)
    await lab.machines.filter([policy(host, [tcp('22')])])
    await expect(lab.machines.filter([policy(host, [tcp('22'), tcp('8000', ['nowhere'])])])).rejects.toThrow(
      'nowhere',
    )
    await expect(lab.machines.filter([policy(host, [tcp('22'), tcp('9000-8000')])])).rejects.toThrow('Range')
    expect(await isOpen(host.address, 8000)).toBe(false)
  })
})

describe('a reserved IP', () => {
  test('moves from one host to the next at once, and is reached from everywhere', async ({ lab, host }) => {
    const blue = host
    const green = await lab.addHost({ name: 'green' })
    const ip = lab.slot.addresses.at(-1) ?? ''
    await Promise.all([serve(blue, 8000), serve(green, 8000)])
    expect(await whoAnswers(ip)).toBe('')

    await lab.machines.reserve([{ ip, machineId: blue.id }])
    expect(await whoAnswers(ip)).toBe('web')
    expect((await green.$(`curl -s -m 2 http://${ip}:8000/`)).stdout).toBe('web\n')
    // Also from the host whom it leads to.
    expect((await blue.$(`curl -s -m 2 http://${ip}:8000/`)).stdout).toBe('web\n')
    // The firewall sees the host, not the address.
    await lab.machines.filter([policy(blue, [tcp('22')])])
    expect(await whoAnswers(ip)).toBe('')
    await lab.machines.filter([])

    await lab.machines.reserve([{ ip, machineId: green.id }])
    expect(await whoAnswers(ip)).toBe('green')
    expect((await blue.$(`curl -s -m 2 http://${ip}:8000/`)).stdout).toBe('green\n')

    await lab.machines.reserve([])
    expect(await whoAnswers(ip)).toBe('')
    await lab.removeHost(green)
  })

  test('breaks a connection that was open to the old host when it moves', async ({ lab, host }) => {
    const green = await lab.addHost({ name: 'green' })
    const ip = lab.slot.addresses.at(-1) ?? ''
    await lab.machines.reserve([{ ip, machineId: host.id }])
    const socket = connect(22, ip)
    const failure = new Promise((resolve) => socket.once('error', resolve))
    await once(socket, 'data')
    await lab.machines.reserve([{ ip, machineId: green.id }])
    socket.write('SSH-2.0-test\r\n')
    expect(await failure).toMatchObject({ code: 'ECONNRESET' })
    await lab.removeHost(green)
  })
})

test('two labs on one machine do not meet', async ({ lab, host }) => {
  const second = await openTestLab((await testImage()) ?? '')
  try {
    const other = await second.addHost({ name: 'other' })
    expect(second.slot.index).not.toBe(lab.slot.index)
    expect(await isOpen(other.address, 22)).toBe(true)
    expect(await connects(host, other.address, 22)).toBe(false)
    expect(await connects(host, other.address6, 22)).toBe(false)
    expect(await connects(other, host.address, 22)).toBe(false)
    expect(await pings(host, second.slot.gateway)).toBe(false)
    expect(await pings(host, lab.slot.gateway)).toBe(true)
    expect(await pings(host, lab.slot.gateway6)).toBe(true)
  } finally {
    await second.remove()
  }
  expect(await isOpen(host.address, 22)).toBe(true)
})
