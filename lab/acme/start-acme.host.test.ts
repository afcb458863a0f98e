import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type PeerCertificate } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { readToolchain } from '../../plugin/toolchain.ts'
import { startDns } from '../dns/start-dns.ts'
import { endRecordedProcesses } from '../processes.ts'
import { keepAcme } from './keep-acme.ts'
import { startAcme, type Acme } from './start-acme.ts'

const address = '127.0.0.1'
const name = 'app.example.localhost'

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-acme-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, address))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** A CA on free ports, beside a DNS that sends it to this machine. */
async function authority(stateFolder: string) {
  const { pebble } = await readToolchain()
  const record = { type: 'A', name: '*', data: address, ttl: 1 }
  const zones = [{ name: 'example.localhost', records: [record] }]
  const dns = await startDns({ address, port: 0, zones: () => zones, upstream: [] })
  onTestFinished(() => dns.close())
  const [directoryPort = 0, managementPort = 0, httpPort = 0, tlsPort = 0] = await freePorts(4)
  const ports = { directoryPort, managementPort, httpPort, tlsPort }
  const options = { pebble: pebble.path, address, dns: `${address}:${dns.port}`, stateFolder, ...ports }
  return { options, start: () => startAcme(options) }
}

async function startCaddy(folder: string, acme: Acme, httpPort: number, tlsPort: number, challenge: string) {
  const { caddy } = await readToolchain()
  const trusted = join(folder, 'directory.pem')
  await writeFile(trusted, acme.rootCertificate)
  const file = join(folder, 'Caddyfile')
  await writeFile(
    file,
    `{
      admin off
      persist_config off
      storage file_system ${join(folder, 'caddy')}
      http_port ${httpPort}
      https_port ${tlsPort}
    }
    ${name} {
      tls {
        issuer acme {
          dir ${acme.directory}
          trusted_roots ${trusted}
          ${challenge}
        }
      }
      respond "hello"
    }`,
  )
  const child = spawn(caddy.path, ['run', '--config', file, '--adapter', 'caddyfile'], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill()
    await exited
  })
}

/** The certificate that the site presents, once its chain ends in the given bundle. */
async function verifiedCertificate(port: number, ca: string): Promise<PeerCertificate> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const socket = connect({ host: address, port, servername: name, ca })
    try {
      await once(socket, 'secureConnect')
      return socket.getPeerCertificate()
    } catch (error) {
      if (Date.now() > deadline) throw error
    } finally {
      socket.destroy()
    }
    await sleep(100)
  }
}

test.for(['disable_tlsalpn_challenge', 'disable_http_challenge'])(
  'Caddy gets a certificate that the bundle verifies (%s)',
  async (challenge) => {
    const state = await freshFolder()
    const { options, start } = await authority(state)
    const acme = await start()
    onTestFinished(() => acme.close())
    await startCaddy(state, acme, options.httpPort, options.tlsPort, challenge)
    const certificate = await verifiedCertificate(options.tlsPort, await readFile(acme.ca, 'utf8'))
    expect(certificate.subjectaltname).toBe(`DNS:${name}`)
  },
)

test('what was issued before a restart still verifies after it', async () => {
  const state = await freshFolder()
  const { options, start } = await authority(state)
  const first = await start()
  await startCaddy(state, first, options.httpPort, options.tlsPort, '')
  await verifiedCertificate(options.tlsPort, await readFile(first.ca, 'utf8'))
  await first.close()
  const second = await start()
  onTestFinished(() => second.close())
  expect(second.rootCertificate).toBe(first.rootCertificate)
  const bundle = await readFile(second.ca, 'utf8')
  expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  await verifiedCertificate(options.tlsPort, bundle)
})

test('leaves nothing behind, be it closed or ended after a kill', async () => {
  const state = await freshFolder()
  const { options, start } = await authority(state)
  await (await start()).close()
  expect(await readdir(join(state, 'pids'))).toEqual([])
  const { promise: lastWords, resolve: onExit } = Promise.withResolvers<string>()
  await startAcme({ ...options, onExit })
  expect(await endRecordedProcesses(state)).toEqual(['pebble'])
  expect(await lastWords).toContain('ACME directory available')
  expect(await readdir(join(state, 'pids'))).toEqual([])
})

test('says which port is taken, which executable is missing, and what Pebble said last', async () => {
  const state = await freshFolder()
  const { options, start } = await authority(state)
  const other = createServer().listen(options.managementPort, address)
  await once(other, 'listening')
  await expect(start()).rejects.toMatchObject({
    message: `The lab's CA can't listen on ${address}:${options.managementPort}`,
    fix: expect.stringContaining('ss -ltnp'),
  })
  await once(other.close(), 'close')
  await expect(startAcme({ ...options, pebble: join(state, 'none') })).rejects.toMatchObject({
    message: "The lab's CA does not start",
    why: expect.stringContaining('ENOENT'),
  })
  await expect(startAcme({ ...options, pebble: '/bin/false' })).rejects.toMatchObject({
    why: expect.stringContaining('Pebble ended with 1'),
  })
  await expect(access(join(state, 'ca.pem'))).rejects.toThrow('ENOENT')
})

test('a kept CA comes back by itself when it is killed, with its new root beside the old', async () => {
  const state = await freshFolder()
  const { options } = await authority(state)
  const said: string[] = []
  const acme = await keepAcme(options, (line) => said.push(line))
  onTestFinished(() => acme.close())
  await endRecordedProcesses(state)
  const roots = async () => (await readFile(acme.ca, 'utf8')).match(/BEGIN CERTIFICATE/g)?.length
  await expect.poll(roots, { timeout: 10_000 }).toBe(2)
  expect(said[0]).toContain("the lab's CA ended by itself")
})
