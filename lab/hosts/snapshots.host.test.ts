import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { test, type TestHost, type TestLab } from '../testing.ts'

const imageId = 900
const identity = 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub'
const done = 'cloud-init status --wait'

/** The spec that a host of the test lab was made from. */
async function specOf({ stateFolder }: TestLab, host: TestHost) {
  return JSON.parse(await readFile(join(stateFolder, 'hosts', String(host.id), 'spec.json'), 'utf8'))
}

test('a copy of a running host boots as another host with the same files', async ({ lab, host }) => {
  // What overlayfs keeps as marks on the disk: a file removed from the image, a folder replaced whole.
  await host.$('echo kept > /root/kept; ln /root/kept /root/twin; rm /etc/debian_version')
  await host.$('rm -r /usr/share/doc/bash && mkdir /usr/share/doc/bash && touch /usr/share/doc/bash/only')
  await host.$('setfacl -m u:nobody:r /root/kept 2>/dev/null; setcap cap_net_raw+ep /root/kept; echo $?')
  const [before, boot] = [await host.$(identity), await host.$('cat /proc/sys/kernel/random/boot_id')]
  const { bytes } = await lab.machines.capture(host.id, imageId)
  expect(bytes).toBeGreaterThan(100_000)
  // It never noticed.
  expect(await host.$('cat /proc/sys/kernel/random/boot_id')).toEqual(boot)

  const copy = await lab.addHost({ name: 'copy', image: imageId, userData: '#!/bin/sh\ntouch /root/mine\n' })
  expect(await copy.$('cat /root/kept; ls /root/mine; hostname')).toMatchObject({
    stdout: 'kept\n/root/mine\ncopy\n',
  })
  expect(await copy.$('stat -c %h /root/twin; ls /usr/share/doc/bash; ls /etc/debian_version')).toMatchObject(
    {
      stdout: '2\nonly\n',
    },
  )
  expect((await copy.$('getcap /root/kept')).stdout).toBe((await host.$('getcap /root/kept')).stdout)
  const after = await copy.$(identity)
  for (const [line, text] of after.stdout.trim().split('\n').entries())
    expect(text).not.toBe(before.stdout.split('\n')[line])
  expect(await copy.$('systemctl is-system-running')).toMatchObject({ stdout: 'running\n' })

  // The copy of a copy, after all it came from is gone.
  await lab.removeHost(host)
  await lab.machines.capture(copy.id, imageId + 1)
  await lab.machines.removeCapture(imageId)
  await lab.removeHost(copy)
  const third = await lab.addHost({ name: 'third', image: imageId + 1 })
  expect(await third.$('cat /root/kept; ls /etc/debian_version')).toMatchObject({ stdout: 'kept\n' })
  await lab.removeHost(third)
  await lab.machines.removeCapture(imageId + 1)
  expect(await readdir(join(lab.stateFolder, 'images'))).toEqual([])
})

test('a copy is of one moment, however busy the host is', async ({ lab, host }) => {
  const script = 'while :; do echo >> /etc/first; echo >> /var/last; done'
  await host.$(`systemd-run --quiet --unit=writer sh -c '${script}'`)
  await expect.poll(async () => (await host.$('wc -c /var/last')).stdout).toMatch(/^\d{3,}/)
  await lab.machines.capture(host.id, imageId)
  const upper = join(lab.stateFolder, 'images', String(imageId), 'upper')
  const [first, last] = await Promise.all(
    ['etc/first', 'var/last'].map(async (file) => (await readFile(join(upper, file))).length),
  )
  expect(first! - last!).toBeOneOf([0, 1])
  expect((await host.$('systemctl is-active writer')).stdout).toBe('active\n')
  await lab.machines.removeCapture(imageId)
})

test('a rebuilt host is a new one at its address, a restored one is who it was', async ({ lab, host }) => {
  await host.$('echo kept > /root/kept')
  const before = await host.$(identity)
  const spec = await specOf(lab, host)
  await lab.machines.capture(host.id, imageId)

  await lab.machines.rebuild({ ...spec, image: 'debian-13-x64' })
  await expect.poll(() => host.$('ls /root'), { timeout: 20_000 }).toMatchObject({ exitCode: 0 })
  await host.$(done)
  expect(await host.$('ls /root/kept')).toMatchObject({ stdout: '' })
  expect((await host.$(identity)).stdout).not.toBe(before.stdout)

  await lab.machines.rebuild({ ...spec, image: imageId })
  await expect.poll(async () => (await host.$('cat /root/kept')).stdout, { timeout: 20_000 }).toBe('kept\n')
  await host.$(done)
  expect(await host.$(identity)).toEqual(before)
  // And stays so, also when its copy is gone and it is switched off and on.
  await lab.machines.removeCapture(imageId)
  await host.powerCycle()
  expect(await host.$('cat /root/kept')).toMatchObject({ stdout: 'kept\n' })
})

test('a copy that was being made is made anew, and one that was being removed is gone', async ({
  lab,
  host,
}) => {
  const folder = join(lab.stateFolder, 'images', String(imageId))
  await mkdir(join(`${folder}.part`, 'upper'), { recursive: true })
  await writeFile(join(`${folder}.part`, 'upper', 'half'), '')
  await lab.machines.capture(host.id, imageId)
  expect(existsSync(join(folder, 'upper', 'half'))).toBe(false)
  // As after a kill between its end and the account's knowing.
  const again = await lab.machines.capture(host.id, imageId)
  expect(again.bytes).toBeGreaterThan(100_000)
  await Promise.all([lab.machines.removeCapture(imageId), lab.machines.removeCapture(imageId)])
  expect(existsSync(folder)).toBe(false)
  await expect(lab.addHost({ name: 'late', image: imageId })).rejects.toThrow(
    'the disk behind image 900 is gone',
  )
})

test('a host gets an IPv6 address while it runs, and keeps it', async ({ lab }) => {
  const host = await lab.addHost({ name: 'late-v6', ipv6: undefined })
  expect((await host.$('ip -6 -o addr show scope global')).stdout).toBe('')
  const ipv6 = lab.slot.address6(host.address)
  await lab.machines.readdress({ ...(await specOf(lab, host)), ipv6 })
  expect((await host.$('ip -6 -o addr show scope global')).stdout).toContain(ipv6)
  await host.powerCycle()
  expect((await host.$('ip -6 -o addr show scope global')).stdout).toContain(ipv6)
  await lab.removeHost(host)
})
