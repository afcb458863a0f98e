import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Call } from '../../../plugin/provider.ts'
import { test, type TestHost, type TestLab } from '../../testing.ts'
import { copyToRemote } from './copy-to-remote.ts'
import { remoteCommand } from './remote-command.ts'

function callWith(said: string[] = []): Call {
  const say = async (message: string) => {
    said.push(message)
  }
  const signal = new AbortController().signal
  return {
    urn: 'urn',
    name: 'wait',
    signal,
    timeoutMs: 0,
    info: say,
    warn: say,
    status: () => Promise.resolve(),
  }
}

const connectionTo = async (host: TestHost, lab: TestLab) => ({
  host: host.address,
  privateKey: await readFile(join(lab.stateFolder, 'key'), 'utf8'),
})

const foldersLeft = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('ss-ssh-'))

test('runs each command in its turn, with stdin, and passes its lines on', async ({ host, lab }) => {
  const said: string[] = []
  const call = callWith(said)
  const inputs = {
    connection: await connectionTo(host, lab),
    create: 'cat > /root/made; echo one; echo two; echo aside >&2',
    delete: 'rm /root/made',
    stdin: 'from here',
  }
  const { id, outputs } = await remoteCommand.create(inputs, call)
  expect(id).toMatch(/^wait[0-9a-f]{16}$/)
  expect(outputs).toMatchObject({ stdout: 'one\ntwo', stderr: 'aside' })
  expect(said.toSorted()).toEqual(['aside', 'one', 'two'])
  expect((await host.$('cat /root/made')).stdout).toBe('from here')
  const updated = await remoteCommand.update?.(
    id,
    { inputs, outputs },
    { ...inputs, update: 'hostname' },
    call,
  )
  expect(updated?.['stdout']).toBe('web')
  await remoteCommand.delete(id, { inputs, outputs }, call)
  expect((await host.$('test -e /root/made')).exitCode).toBe(1)
  expect(await foldersLeft()).toEqual([])
})

test('a command that fails says how and what it said, not what it was', async ({ host, lab }) => {
  const inputs = { connection: await connectionTo(host, lab), create: 'echo broken >&2; : hunter2; exit 3' }
  await expect(remoteCommand.create(inputs, callWith())).rejects.toThrow(
    new Error(`the create command on ${host.address} ended with exit status 3:\nbroken`),
  )
  // Even with ssh's own status for a lost connection it is run once.
  const lost = { ...inputs, create: 'echo x >> /root/runs; exit 255' }
  await expect(remoteCommand.create(lost, callWith())).rejects.toThrow('exit status 255')
  expect((await host.$('cat /root/runs')).stdout).toBe('x\n')
})

test('an environment arrives as far as the host lets it in', async ({ host, lab }) => {
  // Debian's sshd accepts LANG and LC_*, in the official plugin's case too.
  const inputs = {
    connection: await connectionTo(host, lab),
    create: 'echo "$LC_GREETING-$GREETING-$PULUMI_COMMAND_STDOUT"',
    environment: { LC_GREETING: 'hello', GREETING: 'hello' },
  }
  const { id, outputs } = await remoteCommand.create(inputs, callWith())
  expect(outputs['stdout']).toBe('hello--')
  await host.writeFile('/etc/ssh/sshd_config.d/90-test.conf', 'AcceptEnv PULUMI_COMMAND_*\n')
  await host.$('systemctl reload ssh')
  const again = { ...inputs, update: 'echo "before: $PULUMI_COMMAND_STDOUT"' }
  const updated = await remoteCommand.update?.(id, { inputs, outputs }, again, callWith())
  expect(updated?.['stdout']).toBe('before: hello--')
  const deaf = { ...again, addPreviousOutputInEnv: false }
  expect((await remoteCommand.update?.(id, { inputs, outputs }, deaf, callWith()))?.['stdout']).toBe(
    'before: ',
  )
})

test('copies a file and a text to where they are wished', async ({ host, lab }) => {
  const connection = await connectionTo(host, lab)
  const file = fileURLToPath(import.meta.url)
  await copyToRemote.create({ connection, source: { text: 'hello' }, remotePath: "/root/it's" }, callWith())
  expect((await host.$(`cat "/root/it's"`)).stdout).toBe('hello')
  await copyToRemote.create({ connection, source: { path: file }, remotePath: '/root' }, callWith())
  expect((await host.$('cat /root/remote-command.host.test.ts')).stdout).toBe(await readFile(file, 'utf8'))
  await expect(
    copyToRemote.create({ connection, source: { text: 'x' }, remotePath: '/nowhere/x' }, callWith()),
  ).rejects.toThrow(/^copying to \/nowhere\/x on [\d.]+ ended with exit status \d:\n.*No such file/)
})

test('says what it can not do before it tries', async ({ host, lab }) => {
  const connection = { ...(await connectionTo(host, lab)), proxy: { host: 'bastion' }, password: 'x' }
  const checked = await remoteCommand.check?.({ connection, create: 'true' }, {}, { name: 'it', suffix: '' })
  expect(checked?.failures.map(({ property }) => property)).toEqual([
    'connection.proxy',
    'connection.password',
  ])
})

test('believes only the host whose key it was told', async ({ host, lab }) => {
  const connection = await connectionTo(host, lab)
  const hostKey = (await host.$('cat /etc/ssh/ssh_host_ed25519_key.pub')).stdout
  const told = { connection: { ...connection, hostKey }, create: 'echo in' }
  expect((await remoteCommand.create(told, callWith())).outputs['stdout']).toBe('in')
  const other = hostKey.replace(/AAAA\S+/, (key) => `${key.slice(0, -4)}AAAA`)
  const wrong = { connection: { ...connection, hostKey: other }, create: 'echo in' }
  await expect(remoteCommand.create(wrong, callWith())).rejects.toThrow(
    /after 1 attempt\(s\).*Host key verification failed/,
  )
  expect(await foldersLeft()).toEqual([])
})

test('waits for a host that still boots', async ({ host, lab }) => {
  await lab.machines.powerOff(host.id)
  const inputs = { connection: await connectionTo(host, lab), create: 'uptime -p' }
  const running = remoteCommand.create(inputs, callWith())
  const powered = lab.machines.powerOn(host.id)
  expect((await running).outputs['stdout']).toMatch(/^up/)
  await powered
})
