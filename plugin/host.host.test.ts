import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { test, type TestLab } from '../lab/testing.ts'
import { closeConnections, useKeyFile } from './connection.ts'
import { host, type HostInputs } from './host.ts'
import type { Call } from './provider.ts'
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
  const olds = { inputs, outputs: { ...inputs, drift: ['firewall: close 8080/tcp'] } }
  expect(await host.read('web', olds, call)).toEqual(olds)
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

test('a host can not be imported, and the refusal says what to do', async () => {
  const { call } = listening()
  await expect(host.read('web', { inputs: {}, outputs: {} }, call)).rejects.toThrow(
    "a host can't be imported: declare it, and pulumi up makes it as declared",
  )
})
