import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Resolver } from 'node:dns/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type SecureVersion } from 'node:tls'
import { promisify } from 'node:util'
import { LocalWorkspace, Stack } from '@pulumi/pulumi/automation/index.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Visitor } from '../app/attacks/target.ts'
import { leftovers } from '../lab/cleanup.ts'
import { describe, type Description } from '../lab/describe.ts'
import { down } from '../lab/lab.ts'
import { kept } from '../lab/kept.ts'
import { openPorts } from '../lab/network/open-ports.ts'
import { labPaths, repository } from '../lab/paths.ts'
import { labOperator, openStack } from '../lab/stack.ts'
import { readSlot } from '../lab/claim-slot.ts'
import type { Slot } from '../lab/slot.ts'
import { readStatus, type LabStatus } from '../lab/status.ts'
import { waitFor } from './probe.ts'

// One story on one fresh lab: what a person would do, in that order.
const exec = promisify(execFile)
let folder: string
let paths: ReturnType<typeof labPaths>
let status: LabStatus
let description: Description
let slot: Slot
let stack: Stack

const start = () =>
  exec(process.execPath, [join(repository, 'cli/main.ts'), 'start'], {
    env: { ...process.env, SHOESTRING_LAB: paths.state, NO_COLOR: '1' },
  })

const options = { color: 'never', showSecrets: false } as const

async function onHost(command: string): Promise<string> {
  const address = description.hosts[0]?.address ?? ''
  const hostOptions = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'ConnectTimeout=5',
  ]
  const flags = ['-F', 'none', '-i', paths.key, ...hostOptions.flatMap((option) => ['-o', option])]
  const asRoot = `sudo -n sh -c '${command.replaceAll("'", `'\\''`)}'`
  const { stdout } = await exec('ssh', [...flags, `${labOperator}@${address}`, asRoot])
  return stdout
}

async function api(method: string, path: string, body?: unknown): Promise<{ status: number; json: never }> {
  const response = await fetch(status.api + path, {
    method,
    headers: { authorization: `Bearer ${await kept(paths.token)}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json().catch(() => undefined)) as never }
}

/** The address that the lab's DNS gives for the name, as a resolver elsewhere would learn it. */
async function resolved(name: string): Promise<string> {
  const resolver = new Resolver()
  resolver.setServers([status.dns])
  return (await resolver.resolve4(name))[0] ?? ''
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-e2e-'))
  paths = labPaths(join(folder, 'lab'))
  const { stdout, stderr } = await start()
  console.log(stderr + stdout)
  status = (await readStatus(paths))!
  description = await describe(paths, status)
  slot = (await readSlot(paths.state))!
  const { name, folder: workDir, env: envVars } = await openStack(paths, status)
  // The Automation API looks for the engine on this process's own path.
  process.env['PATH'] = envVars['PATH']
  stack = await Stack.select(name, await LocalWorkspace.create({ workDir, envVars }))
})

afterAll(async () => {
  await down(paths)
  await rm(folder, { recursive: true, force: true })
})

test('both sites answer over HTTPS, found by the lab’s DNS, with a chain to the lab’s authority', async () => {
  for (const [url, says] of [
    ['https://www.example.localhost/', /<!doctype html>/i],
    ['https://app.example.localhost/healthz', /"database":"ok"/],
  ] as const) {
    const address = await resolved(new URL(url).hostname)
    expect(slot.addresses).toContain(address)
    const answer = await waitFor(url, description.ca, 10_000, address)
    expect(answer.body).toMatch(says)
  }
})

test('the way of a browser on this machine works too, with nothing edited', async () => {
  expect((await waitFor(description.urls.www, description.ca, 5000)).status).toBe(200)
  expect((await waitFor(description.urls.app, description.ca, 5000)).status).toBe(200)
})

test('a browser opens both sites, and the bare domain leads to www', async () => {
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // The first test verified the chain; a browser would have to be told of the lab's authority.
    args: [
      '--no-sandbox',
      '--ignore-certificate-errors',
      '--disable-background-networking',
      '--no-first-run',
    ],
  })
  try {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    const { www, app } = description.urls
    await page.goto(www.replace('www.', ''))
    expect(page.url()).toBe(`${www}/`)
    expect(await page.title()).not.toBe('')
    await page.goto(app)
    expect(await page.locator('body').innerText()).toContain('0.1.0')
    expect(problems).toEqual([])
  } finally {
    await browser.close()
  }
})

test('only ssh, HTTP and HTTPS are open from outside', async () => {
  expect(await openPorts(await resolved('app.example.localhost'))).toEqual([22, 80, 443])
  expect(await openPorts(description.hosts[0]?.address6 ?? '')).toEqual([22, 80, 443])
})

test('TLS 1.1 is refused by both sites, 1.2 and 1.3 are spoken', async () => {
  for (const servername of ['www.example.localhost', 'app.example.localhost']) {
    const host = await resolved(servername)
    const speaks = async (version: SecureVersion): Promise<string | null> => {
      // OpenSSL itself refuses versions this old unless told otherwise.
      const socket = connect({
        host,
        port: 443,
        servername,
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
        ca: await readFile(description.ca),
      })
      try {
        await once(socket, 'secureConnect')
        return socket.getProtocol()
      } finally {
        socket.destroy()
      }
    }
    // The server's own word, not that of this side.
    await expect(speaks('TLSv1.1')).rejects.toThrow('alert protocol version')
    expect(await speaks('TLSv1.2')).toBe('TLSv1.2')
    expect(await speaks('TLSv1.3')).toBe('TLSv1.3')
  }
})

test('the app learns a visitor’s address from Caddy, whatever the visitor says of it', async () => {
  const forged = '203.0.113.77'
  const { app, mail } = description.urls
  const target = {
    app,
    ca: await readFile(description.ca, 'utf8'),
    address: '127.0.0.1',
    mailbox: { next: () => Promise.reject(new Error('no mail is waited for')) },
  }
  const answer = await new Visitor(target).post(
    '/api/session',
    { email: 'nobody@example.net', password: 'seven green boats' },
    { 'x-forwarded-for': forged, 'x-real-ip': forged, forwarded: `for=${forged}` },
  )
  expect([answer.status, answer.code]).toEqual([401, 'WRONG_CREDENTIALS'])
  const log = await onHost('journalctl -u "app@*" --since -5min -o cat')
  const [failed] = log.split('\n').filter((line) => line.includes('"event":"sign-in-failed"'))
  expect((JSON.parse(failed ?? '{}') as { network: string }).network).toMatch(/^198\.51\.100\./)
  expect(log).not.toContain(forged)
  const attacks = [join(repository, 'app/attacks/main.ts'), app, '--mailbox', mail, '--ca', description.ca]
  const only = ['--address', '127.0.0.1', '--only', 'guess at one account from thirty networks']
  const { stdout } = await exec(process.execPath, [...attacks, ...only])
  expect(stdout).toContain('0 of 1 got through')
})

test('a second start changes nothing', async () => {
  const { stderr } = await start()
  expect(stderr).toMatch(/cloud .*as it should be/)
  expect(stderr).toMatch(/host .*as it should be/)
  expect(stderr).toMatch(/app .*as it should be/)
  await expect(stack.preview({ ...options, expectNoChanges: true })).resolves.toBeDefined()
})

test('what someone changed by hand is previewed by name, reported by refresh, and repaired', async () => {
  await onHost('ufw allow 8080/tcp && echo "# by hand" >> /etc/caddy/Caddyfile')
  const previewed = await stack.preview(options)
  expect(previewed.stdout).toContain('close 8080/tcp')
  expect(previewed.stdout).toContain('/etc/caddy/Caddyfile')
  expect(previewed.changeSummary).toMatchObject({ update: 1 })
  await stack.up(options)
  expect(await onHost('ufw status')).not.toContain('8080')
  expect(await onHost('tail -1 /etc/caddy/Caddyfile')).not.toContain('by hand')
  await stack.preview({ ...options, expectNoChanges: true })
})

test('Ctrl-C lets the change under way come to its end, begins no other, and the next up goes on', async () => {
  await onHost('apt-get remove -y -q ufw >/dev/null 2>&1; echo "# by hand" >> /etc/caddy/Caddyfile')
  const { workDir, envVars } = stack.workspace as LocalWorkspace
  const child = spawn('pulumi', ['up', '--yes', '--skip-preview', '--non-interactive', '--color', 'never'], {
    cwd: workDir,
    env: { ...process.env, ...envVars },
  })
  let said = ''
  let interrupted = false
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    // Told as it begins; apt takes seconds.
    if (interrupted || !/packages: install ufw/.test(said)) return
    interrupted = true
    child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number]
  expect(interrupted).toBe(true)
  expect(code).not.toBe(0)
  expect(said).toContain('stopped on request')
  expect(await onHost("dpkg-query -W -f '${Status}' ufw")).toBe('install ok installed')
  expect(await onHost('tail -1 /etc/caddy/Caddyfile')).toContain('by hand')
  await stack.up(options)
  expect(await onHost('tail -1 /etc/caddy/Caddyfile')).not.toContain('by hand')
  await stack.preview({ ...options, expectNoChanges: true })
})

test('secrets are not in the state in clear', async () => {
  const state = await readFile(join(paths.pulumiState, '.pulumi/stacks/shoestring/local.json'), 'utf8')
  const key = await readFile(paths.key, 'utf8')
  const [, secondLine = ''] = key.split('\n')
  expect(state.includes(secondLine)).toBe(false)
  expect(state.includes('ciphertext')).toBe(true)
})

test('a reboot and a power cycle come back by themselves', async () => {
  const url = 'https://app.example.localhost/healthz'
  const address = await resolved('app.example.localhost')
  await onHost('reboot').catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await waitFor(url, description.ca, 60_000, address)
  const { json } = (await api('GET', '/v2/droplets')) as { json: { droplets: { id: number }[] } }
  const cycled = await api('POST', `/v2/droplets/${json.droplets[0]?.id}/actions`, { type: 'power_cycle' })
  expect(cycled.status).toBe(201)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await waitFor(url, description.ca, 60_000, address)
  await stack.preview({ ...options, expectNoChanges: true })
})

test('destroy leaves nothing in the account, and down nothing on the machine', async () => {
  await stack.destroy({ ...options, refresh: true })
  for (const path of ['droplets', 'firewalls', 'domains', 'reserved_ips', 'account/keys', 'tags']) {
    expect((await api('GET', `/v2/${path}`)).json, path).toMatchObject({ meta: { total: 0 } })
  }
  expect((await down(paths)).left).toEqual([])
  expect(await leftovers(slot)).toEqual([])
})
