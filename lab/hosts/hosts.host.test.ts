import { describe, expect } from 'vitest'
import { test } from '../testing.ts'

const uptime = 'cat /proc/sys/kernel/random/boot_id'

describe('a fresh host', () => {
  test('is a Debian 13 that ran its user data through cloud-init, with our key for root only', async ({
    lab,
  }) => {
    const userData = '#!/bin/sh\nprintf ran > /root/user-data\n'
    const host = await lab.addHost({ name: 'web-1', userData })
    expect(
      await host.$('. /etc/os-release; echo $ID $VERSION_ID; hostname; cat /root/user-data'),
    ).toMatchObject({
      stdout: 'debian 13\nweb-1\nran',
    })
    expect(await host.$('cloud-init status')).toMatchObject({ stdout: 'status: done\n', exitCode: 0 })
    expect(await host.$('systemctl is-system-running')).toMatchObject({ stdout: 'running\n' })
    expect(await host.$('ls /home')).toMatchObject({ stdout: '' })
    await lab.removeHost(host)
  })

  test('reaches the packages of Debian', async ({ host }) => {
    const { stderr, exitCode } = await host.$('apt-get update')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  })

  test('has only ssh open', async ({ host }) => {
    expect(await host.openPorts()).toEqual([22])
  })

  test('loses the process that takes more than its memory, and lives', async ({ host }) => {
    const take = (mb: number) => host.$(`python3 -c 'x = b"x" * (${mb} << 20)'; echo $?`)
    expect(await take(200)).toMatchObject({ stdout: '0\n' })
    expect(await take(700)).toMatchObject({ stdout: '137\n' })
    expect(await host.$('systemctl is-active ssh systemd-journald')).toMatchObject({
      stdout: 'active\nactive\n',
    })
  })

  test('runs sandboxed services, apart from those of other hosts', async ({ lab, host }) => {
    const sandbox =
      'PrivateTmp ProtectSystem=strict PrivateDevices ProtectKernelTunables NoNewPrivileges DynamicUser'
    const flags = sandbox.split(' ').map((flag) => `-p ${flag.includes('=') ? flag : `${flag}=yes`}`)
    expect(await host.$(`systemd-run --quiet --wait --pipe ${flags.join(' ')} id -u`)).toMatchObject({
      exitCode: 0,
    })
    const other = await lab.addHost({ name: 'other' })
    // Same cgroup names on both: ending one host's service must leave the other's alone.
    await host.$('systemd-run --quiet --unit=sleeper sleep 600')
    await other.$('systemd-run --quiet --unit=sleeper sleep 600; systemctl kill --signal=KILL sleeper')
    expect(await host.$('systemctl is-active sleeper')).toMatchObject({ stdout: 'active\n' })
    await lab.removeHost(other)
  })
})

describe('power', () => {
  test('a reboot from inside comes back with its data and its network', async ({ host }) => {
    await host.writeFile('/root/kept', 'kept')
    const before = await host.$(uptime)
    await host.$('systemctl reboot')
    await expect
      .poll(async () => (await host.$(uptime)).stdout || before.stdout, { timeout: 30_000 })
      .not.toBe(before.stdout)
    expect(await host.$('cat /root/kept')).toMatchObject({ stdout: 'kept' })
  })

  test('a reboot and a power cycle from outside come back with its data', async ({ lab, host }) => {
    await host.writeFile('/root/kept', 'kept')
    const key = await host.$('cat /etc/ssh/ssh_host_ed25519_key.pub')
    const boots = new Set([(await host.$(uptime)).stdout])
    await host.reboot()
    boots.add((await host.$(uptime)).stdout)
    await host.powerCycle()
    boots.add((await host.$(uptime)).stdout)
    expect(boots.size).toBe(3)
    expect(await host.$('cat /root/kept')).toMatchObject({ stdout: 'kept' })
    expect(await host.$('cat /etc/ssh/ssh_host_ed25519_key.pub')).toEqual(key)
    expect(await lab.machines.running(host.id)).toBe(true)
  })

  test('switched off from inside it stays off; switched on it is the same host', async ({ lab, host }) => {
    await host.writeFile('/root/kept', 'kept')
    await host.$('systemctl poweroff')
    await expect.poll(() => lab.machines.running(host.id), { timeout: 30_000 }).toBe(false)
    await lab.machines.powerOn(host.id)
    await expect.poll(async () => (await host.$('cat /root/kept')).stdout, { timeout: 20_000 }).toBe('kept')
  })

  test('a shutdown lets services end, cutting the power does not', async ({ lab, host }) => {
    const unit = '[Service]\nExecStart=sleep infinity\nExecStop=sh -c "echo stopped >> /root/stops"\n'
    await host.writeFile('/etc/systemd/system/witness.service', unit)
    await host.$('systemctl daemon-reload; systemctl start witness')
    await lab.machines.powerOff(host.id)
    expect(await lab.machines.running(host.id)).toBe(false)
    await lab.machines.powerOn(host.id)
    await expect
      .poll(async () => (await host.$('systemctl start witness')).exitCode, { timeout: 20_000 })
      .toBe(0)
    await lab.machines.shutdown(host.id)
    expect(await lab.machines.running(host.id)).toBe(false)
    await lab.machines.powerOn(host.id)
    await expect
      .poll(async () => (await host.$('cat /root/stops')).stdout, { timeout: 20_000 })
      .toBe('stopped\n')
  })
})
