import { expect, test } from 'vitest'
import { HalfMade } from '../../../plugin/provider.ts'
import { publicKey, startPlugin, type Plugin } from './testing.ts'

// What users of the real API and the official plugin reported, each under the number of its issue in
// terraform-provider-digitalocean unless it says otherwise. A program that passes here has to live with it there.

const machine = { image: 'debian-13-x64', size: 's-1vcpu-512mb-10gb', region: 'fra1' }

async function assigned({ make }: Plugin) {
  const droplet = await make('Droplet', machine)
  const address = await make('ReservedIp', { region: 'fra1' })
  const inputs = { ipAddress: address.id, dropletId: Number(droplet.id) }
  return { droplet, address, assignment: await make('ReservedIpAssignment', inputs) }
}

// #923, #1163, and #1204, which made the plugin wait.
test('a key that is not found right after it was made is waited for', async () => {
  const { lab, make } = await startPlugin()
  await lab('POST', '/lag', { kind: 'keys', answers: 3 })
  const { outputs } = await make('SshKey', { publicKey })
  expect(outputs).toMatchObject({ name: 'it-1a2b3c4', fingerprint: expect.stringMatching(/^[0-9a-f:]{47}$/) })
})

// #1600
test('a reserved IP that is not found right after it was made is forgotten, and stays in the account', async () => {
  const { lab, make, store } = await startPlugin()
  await lab('POST', '/lag', { kind: 'reserved_ips', answers: 1 })
  await expect(make('ReservedIp', { region: 'fra1' })).rejects.toThrow(
    'expected non-nil error with nil state during Create of urn:pulumi:test::test::digitalocean:index/reservedIp:ReservedIp::it',
  )
  expect(store.state.reservedIps).toHaveLength(1)
})

// #1034, #1565
test('an assignment waits for what is under way on the droplet, and fails when something comes between', async () => {
  const plugin = await startPlugin()
  const droplet = await plugin.make('Droplet', machine)
  const { id: ipAddress } = await plugin.make('ReservedIp', { region: 'fra1' })
  await plugin.lab('POST', '/delays', { type: 'power_cycle', ms: 300 })
  await plugin.ask('POST', `/droplets/${droplet.id}/actions`, { type: 'power_cycle' })
  const inputs = { ipAddress, dropletId: Number(droplet.id) }
  const made = await plugin.make('ReservedIpAssignment', inputs)
  expect(made.id).toMatch(new RegExp(`^${droplet.id}-${RegExp.escape(ipAddress)}-[0-9]{18}[0-9a-f]{8}$`))

  await plugin.drop(made)
  const path = '/v2/reserved_ips/*/actions'
  const message = 'Droplet already has a pending event.'
  await plugin.fault({ method: 'POST', path, kind: 'status', status: 422, message })
  await expect(plugin.make('ReservedIpAssignment', inputs)).rejects.toThrow(
    /^Error Assigning reserved IP \([\d.]+\) to the droplet: POST http\S+: 422 \(request "\S+"\) Droplet already has a pending event\.$/,
  )
})

// #712
test('an action of a reserved IP that ends as "done" is an error', async () => {
  const plugin = await startPlugin()
  await plugin.through((url, body) =>
    /reserved_ips.*actions\/\d+$/.test(url) ? body.replace('"completed"', '"done"') : body,
  )
  await expect(assigned(plugin)).rejects.toThrow(
    /^Error waiting for reserved IP \([\d.]+\) to be Assigned: unexpected state 'done', wanted target 'completed'\. last error: %!s\(<nil>\)$/,
  )
})

// #1493
test('a droplet that is not found right after it was ordered is waited for', async () => {
  const { lab, make, store } = await startPlugin()
  await lab('POST', '/lag', { kind: 'droplets', answers: 5 })
  expect((await make('Droplet', machine)).outputs['status']).toBe('active')
  expect(store.state.droplets).toHaveLength(1)
})

// #1031, #1264, #445
test('a project takes no reserved IP that leads to a droplet', async () => {
  const plugin = await startPlugin()
  const { address } = await assigned(plugin)
  const resources = [String(address.outputs['reservedIpUrn'])]
  await expect(plugin.make('Project', { name: 'shop', resources })).rejects.toThrow(
    /^Error creating Project: Error assigning resources: POST http\S+: 412 \(request "\S+"\) Cannot move a Reserved IP with an associated Droplet\. Move the Droplet instead/,
  )
  // The plugin takes back what it had made.
  expect((await plugin.ask('GET', '/projects')).body.projects).toHaveLength(1)
})

// #1264
test('a reserved IP in a project is listed under its old name, and so is a difference for ever', async () => {
  const plugin = await startPlugin()
  const { id: ip } = await plugin.make('ReservedIp', { region: 'fra1' })
  const program = { name: 'shop', resources: [`do:reservedip:${ip}`] }
  const made = await plugin.make('Project', program)
  expect(made.outputs['resources']).toEqual([`do:floatingip:${ip}`])
  expect(await plugin.diff(made, program)).toEqual(['~resources'])
})

// What the real API answers here, nobody wrote down.
test('a project follows a droplet that was replaced while in it', async () => {
  const plugin = await startPlugin()
  const before = await plugin.make('Droplet', machine)
  const project = await plugin.make('Project', { name: 'shop', resources: [before.outputs['dropletUrn']] })
  await plugin.drop(before)
  const after = await plugin.make('Droplet', machine)
  const resources = [after.outputs['dropletUrn']]
  await expect(plugin.update(project, { name: 'shop', resources })).resolves.toMatchObject({
    outputs: { resources },
  })
})

// pulumi-digitalocean #166, pulumi #4208
test('a domain can not be made beside itself', async () => {
  const { make } = await startPlugin()
  await make('Domain', { name: 'example.com' })
  await expect(make('Domain', { name: 'example.com' })).rejects.toThrow(
    /^Error creating Domain: POST http\S+\/v2\/domains: 422 \(request "\S+"\) domain 'example\.com': name already exists$/,
  )
})

// typhoon #709
test('a firewall can not name a tag that is not there yet', async () => {
  const { make, store } = await startPlugin()
  const inboundRules = [{ protocol: 'tcp', portRange: '22', sourceAddresses: ['0.0.0.0/0'] }]
  await expect(make('Firewall', { inboundRules, tags: ['nowhere'] })).rejects.toThrow(
    /^Error creating firewall: POST http\S+\/v2\/firewalls: 422 /,
  )
  expect(store.state.firewalls).toEqual([])
})

// #546
test('a full rate limit is waited out, and given up on after five attempts', async () => {
  const { fault, make } = await startPlugin()
  const full = { method: 'POST', path: '/v2/tags', kind: 'status', status: 429, retryAfterSeconds: 0 }
  await fault({ ...full, times: 4 })
  expect((await make('Tag', { name: 'blue' })).id).toBe('blue')
  await fault({ ...full, times: null })
  await expect(make('Tag', { name: 'red' })).rejects.toThrow(
    /^Error creating tag: POST http\S+\/v2\/tags: 429 \(request "\S+"\) .*; giving up after 5 attempt\(s\)$/,
  )
})

// pulumi-digitalocean #82
test('what is put into a project is named by dropletUrn and domainUrn, not by the urn of the engine', async () => {
  const { make, read } = await startPlugin()
  const droplet = await make('Droplet', machine)
  const domain = await make('Domain', { name: 'example.com' })
  const { id: project } = await make('Project', { name: 'shop' })
  const resources = [droplet.outputs['dropletUrn'], domain.outputs['domainUrn']]
  const made = await make('ProjectResources', { project, resources })
  expect(made.outputs['resources']).toEqual([`do:droplet:${droplet.id}`, 'do:domain:example.com'])
  expect(await read(made)).toEqual(made)
  const pulumis = ['urn:pulumi:test::test::digitalocean:index/droplet:Droplet::web']
  await expect(make('ProjectResources', { project, resources: pulumis })).rejects.toThrow(
    /^Error assigning resources to project \S+: Error assigning resources: POST /,
  )
})

// Measured with the official plugin: it asks again, and can't know that the first one was made.
test('a 500 after the droplet was made makes a second one', async () => {
  const { fault, make, store } = await startPlugin()
  await fault({ method: 'POST', path: '/v2/droplets', kind: 'status', status: 500, when: 'after' })
  const { id } = await make('Droplet', machine)
  expect(store.state.droplets.map((droplet) => String(droplet.id) === id)).toEqual([false, true])
})

test('a droplet that never boots stays in the state, so that the next run knows of it', async () => {
  const plugin = await startPlugin({ create: () => Promise.reject(new Error('no room')) })
  const failed = await plugin.make('Droplet', machine).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(HalfMade)
  expect(failed).toMatchObject({
    message: expect.stringMatching(
      /^Error waiting for droplet \(\d+\) to become ready: unexpected state 'errored'/,
    ),
    outputs: { ...machine, name: 'it-1a2b3c4' },
  })
})

test('a resize that is refused leaves the droplet as it was, and the next run tries again', async () => {
  const plugin = await startPlugin()
  const made = await plugin.make('Droplet', machine)
  const failed = await plugin.update(made, { ...machine, size: 'huge' }).catch((error: unknown) => error)
  expect(failed).toMatchObject({
    message: expect.stringMatching(
      /^Error resizing droplet \(\d+\): POST \S+: 422 .*You specified an invalid size/,
    ),
    outputs: { size: machine.size, status: 'active' },
  })
  const { outputs } = failed as HalfMade
  const half = { ...made, inputs: { ...made.inputs, size: 'huge' }, outputs }
  expect(await plugin.diff(half, { ...machine, size: 's-1vcpu-1gb' })).toEqual(['~size'])
  expect(await plugin.diff(half, machine)).toEqual([])
})
