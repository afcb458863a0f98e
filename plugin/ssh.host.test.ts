import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect } from 'vitest'
import { $ } from 'zx'
import { test, type TestHost, type TestLab } from '../lab/testing.ts'
import { closeConnections, connected, useKeyFile } from './connection.ts'
import { missing, sha256, ship } from './runtime.ts'
import { Ssh } from './ssh.ts'

const keyOf = (lab: TestLab): string => join(lab.stateFolder, 'key')

async function placeOf(lab: TestLab, host: TestHost): Promise<{ address: string; hostKey: string }> {
  useKeyFile(keyOf(lab))
  const { stdout } = await host.$('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
  return { address: host.address, hostKey: stdout.trim() }
}

afterAll(closeConnections)

test('runs commands over one connection and feeds them', async ({ lab, host }) => {
  const place = await placeOf(lab, host)
  await connected(place, 'web', async (ssh) => {
    expect((await ssh.run('hostname')).stdout.trim()).toBe(host.name)
    expect(await ssh.run('cat; echo bad >&2; exit 3', { input: Readable.from(['fed']) })).toEqual({
      code: 3,
      stdout: 'fed',
      stderr: 'bad\n',
    })
    const { stdout } = await host.$('ss -Htn state established sport = :22 | wc -l')
    // One of ours and one of the test's own.
    expect(Number(stdout)).toBe(2)
  })
})

test('refuses a host that answers with another key, and says what to do', async ({ lab, host }) => {
  const place = await placeOf(lab, host)
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7lF1tzUKQXwHUfmyoXaSAM7wHFf7cdMzzBrbEBpGIm'
  await expect(connected({ ...place, hostKey: other }, 'web', async () => undefined)).rejects.toThrow(
    /web answers at 198\.51\.100\.\d+ with another host key/,
  )
})

test('a key that the host does not know is refused at once, by its file', async ({ lab, host }) => {
  const place = await placeOf(lab, host)
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-key-'))
  try {
    await $({ quiet: true })`ssh-keygen -q -t ed25519 -N ${''} -f ${join(folder, 'other')}`
    useKeyFile(join(folder, 'other'))
    await expect(connected(place, 'web', async () => undefined)).rejects.toThrow(
      /web at 198\.51\.100\.\d+ refuses your ssh key[^]*other is the key of an operator/,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a host that does not answer is told apart from one that refuses', async ({ lab }) => {
  const place = { address: lab.slot.addresses.at(-1) ?? '', hostKey: 'ssh-ed25519 AAAA' }
  await expect(connected(place, 'web', async () => undefined, { patient: false })).rejects.toThrow(
    /web does not answer at .*[^]*cloud firewall/,
  )
})

test('what is shipped arrives whole or not at all', async ({ lab, host }) => {
  const place = await placeOf(lab, host)
  const shipment = {
    name: 'a file',
    source: import.meta.filename,
    target: '/opt/shoestring/file',
    sha256: await sha256(import.meta.filename),
  }
  await connected(place, 'web', async (ssh) => {
    expect(await missing(ssh, [shipment])).toEqual([shipment])
    await expect(ship(ssh, { ...shipment, sha256: '0'.repeat(64) })).rejects.toThrow(/did not arrive whole/)
    expect((await host.$('ls /opt/shoestring')).stdout).toBe('')
    await ship(ssh, shipment)
    expect(await missing(ssh, [shipment])).toEqual([])
  })
})

test('a plugin that ends leaves no connection behind', async ({ lab, host }) => {
  const place = await placeOf(lab, host)
  const ssh = await Ssh.connect({ ...place, keyFile: keyOf(lab) })
  await ssh.close()
  const established = async () =>
    Number((await host.$('ss -Htn state established sport = :22 | wc -l')).stdout)
  await expect.poll(established).toBe(1)
})
