import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { $ } from 'zx'
import { readToolchain, repository } from '../../plugin/toolchain.ts'
import type { OnDelete } from '../../plugin/namecheap/check-nameservers.ts'
import { installLanguage } from '../stand-ins/install.ts'
import { apiKey, testNamecheap } from './testing.ts'

// The real engine, our plugin, and the resource class that infra/ uses, against the lab's Namecheap.
const program = `
import * as pulumi from '@pulumi/pulumi'
import { digitalOceanNameservers, Nameservers } from '${join(repository, 'infra/namecheap.ts')}'
for (const { domain, nameservers = digitalOceanNameservers, onDelete } of new pulumi.Config().getObject('domains')) {
  new Nameservers(domain, { domain, nameservers, onDelete })
}
`
const ours = ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com']
const others = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com']

let folder: string
let namecheap: Awaited<ReturnType<typeof testNamecheap>>
let environment: Record<string, string>
let everything = ''

interface Ran {
  output: string
  exitCode: number | null
}

async function pulumi(command: string, env: Record<string, string> = {}): Promise<Ran> {
  const words = command.split(' ')
  const { stdout, stderr, exitCode } = await $({
    cwd: folder,
    env: { ...environment, ...env },
    quiet: true,
    nothrow: true,
  })`pulumi ${words} --non-interactive --color never`
  const output = `${stdout}${stderr}`
  everything += output
  return { output, exitCode }
}

async function done(command: string, env?: Record<string, string>): Promise<string> {
  const { output, exitCode } = await pulumi(command, env)
  if (exitCode !== 0) throw new Error(`pulumi ${command}\n${output}`)
  return output
}

async function refused(command: string, env?: Record<string, string>): Promise<string> {
  const { output, exitCode } = await pulumi(command, env)
  expect(exitCode, output).not.toBe(0)
  return output
}

interface Declared {
  domain: string
  nameservers?: string[]
  onDelete?: OnDelete
}

/** Written rather than set by `pulumi config`, which takes half a second a word. */
const declare = (...domains: Declared[]) =>
  writeFile(join(folder, 'Pulumi.test.yaml'), stringify({ config: { 'namecheap:domains': domains } }))

const up = 'up --yes --skip-preview'
const now = (name = 'example.com') => namecheap.nameservers(name)
const byHand = (nameservers: string[], name = 'example.com') =>
  namecheap.lab('PUT', `/domains/${name}`, { nameservers })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-namecheap-'))
  namecheap = await testNamecheap(['example.com', 'example.co.uk'])
  // Refusals to a client that is too quick are tested where the clock is ours.
  await namecheap.lab('PATCH', '/account', { requestsPerMinute: 0 })
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(join(folder, 'index.js'), program)
  const plugin = `{name: shoestring, path: ${join(repository, 'plugin')}}`
  await writeFile(
    join(folder, 'Pulumi.yaml'),
    'name: namecheap\nmain: index.js\nruntime: {name: nodejs, options: {typescript: false}}\n' +
      `plugins: {providers: [${plugin}]}\n`,
  )
  const home = join(folder, 'home')
  await mkdir(home)
  const engine = dirname((await readToolchain()).pulumi.path)
  await installLanguage(home, engine)
  environment = {
    PATH: [dirname(process.execPath), engine, process.env['PATH']].join(delimiter),
    HOME: folder,
    PULUMI_HOME: home,
    NODE_COMPILE_CACHE: join(home, 'compiled'),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    ...namecheap.environment,
  }
  await done('stack init test')
  await declare({ domain: 'example.com' })
})

afterAll(async () => {
  await namecheap?.close()
  await rm(folder, { recursive: true, force: true })
})

test('a preview says who answers today; up hands the domain over, and then there is nothing to do', async () => {
  const preview = await done('preview')
  const plan = [
    'up would hand example.com',
    "from  Namecheap's own DNS (dns1.registrar-servers.com, dns2.registrar-servers.com)",
    `to    ${ours.join(', ')}`,
    'ends  host records and forwarding that are kept at Namecheap',
  ]
  expect(preview).toContain(plan.join('\n      '))
  expect(now()).toBeUndefined()
  await done(up)
  expect(now()).toEqual(ours)
  await done('preview --refresh --expect-no-changes')
})

test('what someone changed by hand shows in a preview and in a refresh, and up puts it right', async () => {
  await byHand(others)
  const preview = await done('preview')
  expect(preview).toMatch(/Nameservers\s+example.com\s+update\s+\[diff: ~nameservers\]/)
  const plan = [
    'changed by hand at Namecheap; up would hand example.com',
    `from  ${others.join(', ')}`,
    `to    ${ours.join(', ')}`,
  ]
  expect(preview).toContain(plan.join('\n      '))
  expect(await refused('refresh --yes --skip-preview --expect-no-changes')).toMatch(
    /ada\.ns\.cloudflare\.com/,
  )
  expect(now()).toEqual(others)
  await done(up)
  expect(now()).toEqual(ours)
})

test('an address that Namecheap does not know is refused with the way to let it in', async () => {
  const output = await refused('preview', { NAMECHEAP_CLIENT_IP: '203.0.113.9' })
  expect(output).toContain(
    [
      'example.com: Namecheap does not tell its nameservers',
      'why   Invalid request IP: 203.0.113.9 (1011150)',
      'next  let 203.0.113.9 in at https://ap.www.namecheap.com/settings/tools/apiaccess/whitelisted-ips',
    ].join('\n      '),
  )
})

test('every refusal says whose it is and what to do, and leaves nothing in the state', async () => {
  await namecheap.lab('PUT', '/domains/foreign.com', { user: 'somebody-else' })
  await namecheap.lab('PUT', '/domains/locked.com', { editable: false })
  const names = ['example.com', 'foreign.com', 'locked.com', 'unknown.com', 'staging.example.com']
  await declare(...names.map((domain) => ({ domain })))
  const output = await refused(`${up} --continue-on-error`)
  const said = (...lines: string[]) => expect(output).toContain(lines.join('\n      '))
  said(
    'foreign.com: Namecheap does not tell its nameservers',
    'why   Domain is not associated with your account (2016166)',
    "next  set NAMECHEAP_USERNAME to the account that has it; it is not one of lab's",
  )
  said(
    'locked.com: Namecheap does not set its nameservers',
    'why   Edit permission for domain is not supported (2030166)',
    'next  let lab edit the domain: its owner shares it under Sharing & Transfer at Namecheap',
  )
  said(
    'unknown.com: Namecheap does not tell its nameservers',
    'why   Domain name not found (2019166)',
    'next  see how it is spelt, and that it is registered at Namecheap by lab; set NAMECHEAP_USERNAME if another account has it',
  )
  said(
    'staging.example.com is not a domain that can be delegated at Namecheap',
    'why   it is a name below example.com, and only what is registered has nameservers there',
    'next  delegate example.com, or add NS records for staging.example.com where example.com is served',
  )
  await declare({ domain: 'example.com' })
  await namecheap.lab('PATCH', '/account', { apiEnabled: false })
  expect(await refused('preview')).toContain(
    [
      'why   API Key is invalid or API access has not been enabled (1011102)',
      'next  see that NAMECHEAP_API_USER and NAMECHEAP_API_KEY are those of ' +
        'https://ap.www.namecheap.com/settings/tools/apiaccess/',
    ].join('\n      '),
  )
  await namecheap.lab('PATCH', '/account', { apiEnabled: true })
})

test('an imported domain is as it is there, and shows what the program says otherwise', async () => {
  await byHand(others, 'example.co.uk')
  await done(
    'import --yes --protect=false --generate-code=false --skip-preview ' +
      'shoestring:index:Nameservers example.co.uk example.co.uk',
  )
  await declare({ domain: 'example.com' }, { domain: 'example.co.uk', onDelete: 'restore' })
  const preview = await done('preview --diff')
  expect(preview).toMatch(/ada\.ns\.cloudflare\.com" +=> "ns1\.digitalocean\.com"[^]*"keep" => "restore"/)
  expect(preview).toMatch(/~ 1 to update\n +2 unchanged/)
})

test('at the end every domain goes where it was said to, and one that was moved since stays', async () => {
  for (const name of ['moved.com', 'default.com', 'kept.com']) {
    await namecheap.lab('PUT', `/domains/${name}`, { nameservers: others })
  }
  await declare(
    { domain: 'example.com', nameservers: others, onDelete: 'restore' },
    { domain: 'example.co.uk', onDelete: 'restore' },
    { domain: 'moved.com', onDelete: 'restore' },
    { domain: 'default.com', onDelete: 'default' },
    { domain: 'kept.com' },
  )
  await done(up)
  const all = () => namecheap.account.state.domains.map(({ name, nameservers }) => [name, nameservers])
  expect(Object.fromEntries(all())).toMatchObject({
    'example.com': others,
    'example.co.uk': ours,
    'moved.com': ours,
    'default.com': ours,
    'kept.com': ours,
  })
  const elsewhere = ['ns1.example.net', 'ns2.example.net']
  await byHand(elsewhere, 'moved.com')
  // An answer that is lost after the deed: asked again.
  await namecheap.lab('POST', '/faults', { command: 'domains.dns.setDefault', when: 'after', kind: 'cut' })
  const output = await done('destroy --yes --skip-preview --refresh')
  expect(output).toContain('moved.com was moved to ns1.example.net, ns2.example.net since; left there')
  expect(Object.fromEntries(all())).toMatchObject({
    // What was there first, over an update and what others did in between.
    'example.com': undefined,
    'example.co.uk': others,
    'moved.com': elsewhere,
    'default.com': undefined,
    'kept.com': ours,
  })
})

const filesWith = async (word: string) => {
  const shell = $({ nothrow: true, quiet: true })
  return (await shell`grep -rl --exclude-dir=node_modules ${word} ${folder}`).stdout
    .split('\n')
    .filter(Boolean)
}

test('the key is in no state, no history, no log and nothing that was said', async () => {
  expect(everything).not.toContain(apiKey)
  // Where the nameservers are is where a key would be.
  expect((await filesWith('ns1.digitalocean.com')).join()).toContain('.pulumi/history')
  expect(await filesWith(apiKey)).toEqual([])
})
