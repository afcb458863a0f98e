import { expect, test } from 'vitest'
import { publicKey, startPlugin } from './testing.ts'

const machine = { image: 'debian-13-x64', size: 's-1vcpu-512mb-10gb', region: 'fra1' }

test('lists droplets, filtered and sorted', async () => {
  const { make, lookUp } = await startPlugin()
  await make('Droplet', { ...machine, name: 'web', tags: ['blue', 'eu'] })
  await make('Droplet', { ...machine, name: 'db', tags: ['eu'] })
  await make('Droplet', { ...machine, name: 'old', region: 'ams3' })
  const names = async (args: object) => {
    const { droplets } = (await lookUp('getDroplets', { ...args })) as { droplets: { name: string }[] }
    return droplets.map(({ name }) => name)
  }
  const sorts = [{ key: 'name', direction: 'desc' }]
  expect(await names({ sorts })).toEqual(['web', 'old', 'db'])
  expect(await names({ filters: [{ key: 'region', values: ['FRA1'] }], sorts })).toEqual(['web', 'db'])
  expect(await names({ filters: [{ key: 'tags', values: ['eu', 'blue'], all: true }] })).toEqual(['web'])
  expect(await names({ filters: [{ key: 'name', values: ['^o'], matchBy: 're' }] })).toEqual(['old'])
  expect(await names({ filters: [{ key: 'name', values: ['e'], matchBy: 'substring' }] })).toEqual(['web'])
  expect(
    await names({
      filters: [
        { key: 'memory', values: ['512'] },
        { key: 'ipv6', values: ['true'] },
      ],
    }),
  ).toEqual([])
  await expect(names({ filters: [{ key: 'colour', values: ['red'] }] })).rejects.toThrow(
    /^expected filter\.0\.key to be one of \["id",.*"ipv4_address".*\], got colour$/,
  )
})

test('finds one droplet by id, name or tag, and says when there is none or more than one', async () => {
  const { make, lookUp } = await startPlugin()
  const { id } = await make('Droplet', { ...machine, name: 'web', tags: ['blue'] })
  await make('Droplet', { ...machine, name: 'db' })
  await make('Droplet', { ...machine, name: 'db' })
  for (const args of [{ id: Number(id) }, { name: 'web' }, { tag: 'blue' }])
    expect(await lookUp('getDroplet', args)).toMatchObject({
      id: Number(id),
      name: 'web',
      urn: `do:droplet:${id}`,
    })
  await expect(lookUp('getDroplet', { name: 'x' })).rejects.toThrow('no droplet found with name x')
  await expect(lookUp('getDroplet', { name: 'db' })).rejects.toThrow(
    'too many droplets found with name db (found 2, expected 1)',
  )
})

test('looks up everything else that a program may want', async () => {
  const { make, lookUp } = await startPlugin()
  const key = await make('SshKey', { publicKey, name: 'operator' })
  await make('Tag', { name: 'blue' })
  await make('Domain', { name: 'example.com', ipAddress: '192.0.2.1' })
  const address = await make('ReservedIp', { region: 'fra1' })
  const { id: projectId } = await make('Project', { name: 'shop', resources: ['do:domain:example.com'] })

  expect(await lookUp('getSshKey', { name: 'operator' })).toEqual({
    id: Number(key.id),
    name: 'operator',
    publicKey,
    fingerprint: key.outputs['fingerprint'],
  })
  expect(await lookUp('getSshKeys')).toMatchObject({ sshKeys: [{ name: 'operator' }] })
  expect(await lookUp('getImage', { slug: 'debian-13-x64' })).toMatchObject({
    image: 'debian-13-x64',
    private: false,
  })
  await expect(lookUp('getImage', { slug: 'dos-6' })).rejects.toThrow(/^image not found: GET http\S+: 404 /)
  expect(await lookUp('getRegion', { slug: 'fra1' })).toMatchObject({ name: 'Frankfurt 1', available: true })
  expect(
    await lookUp('getSizes', {
      filters: [{ key: 'price_monthly', values: ['4'] }],
      sorts: [{ key: 'memory', direction: 'asc' }],
    }),
  ).toMatchObject({ sizes: [{ slug: 's-1vcpu-512mb-10gb', memory: 512 }] })
  expect(await lookUp('getRegions', { filters: [{ key: 'slug', values: ['fra1', 'ams3'] }] })).toMatchObject({
    regions: [{ slug: expect.any(String) }, { slug: expect.any(String) }],
  })
  expect(await lookUp('getDomain', { name: 'example.com' })).toMatchObject({
    domainUrn: 'do:domain:example.com',
    zoneFile: expect.stringContaining('192.0.2.1'),
  })
  expect(
    await lookUp('getRecords', { domain: 'example.com', filters: [{ key: 'type', values: ['A'] }] }),
  ).toMatchObject({ records: [{ name: '@', value: '192.0.2.1' }] })
  expect(await lookUp('getRecord', { domain: 'example.com', name: '@' })).toMatchObject({
    domain: 'example.com',
  })
  expect(await lookUp('getTag', { name: 'blue' })).toMatchObject({ id: 'blue', totalResourceCount: 0 })
  expect(await lookUp('getProject', { name: 'shop' })).toMatchObject({
    id: projectId,
    resources: ['do:domain:example.com'],
  })
  expect(await lookUp('getProject')).toMatchObject({ isDefault: true })
  expect(await lookUp('getReservedIp', { ipAddress: address.id })).toMatchObject({
    region: 'fra1',
    dropletId: 0,
  })
  expect(await lookUp('getVpc', { region: 'fra1' })).toMatchObject({ default: true, region: 'fra1' })
  expect(await lookUp('getAccount')).toMatchObject({ status: 'active', emailVerified: true })
})
