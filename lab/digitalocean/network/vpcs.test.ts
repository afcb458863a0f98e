import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'

const shop = { name: 'shop', region: 'fra1', ip_range: '10.10.10.0/24' }

test('every region has a default one, and droplets are in it unless they say otherwise', async () => {
  const { call, droplet } = await startApi()
  const { vpcs } = (await call('GET', '/vpcs?per_page=200')).body
  const home = vpcs.find(({ region }: { region: string }) => region === 'fra1')
  expect(home).toMatchObject({ name: 'default-fra1', default: true, ip_range: '10.116.0.0/20' })
  const { vpc_uuid, networks, id } = await droplet()
  expect(vpc_uuid).toBe(home.id)
  expect(networks.v4[1]).toEqual({
    ip_address: '10.116.0.3',
    netmask: '255.255.240.0',
    gateway: '',
    type: 'private',
  })
  const { members } = (await call('GET', `/vpcs/${home.id}/members?resource_type=droplet`)).body
  expect(members).toMatchObject([{ urn: `do:droplet:${id}`, name: 'web' }])
  expect((await call('GET', `/vpcs/${home.id}/members?resource_type=database`)).body.members).toEqual([])
})

test('one that was made holds droplets with addresses of its range, and goes when it is empty', async () => {
  const { call, droplet } = await startApi()
  const made = await call('POST', '/vpcs', { ...shop, description: 'of the shop' })
  expect(made.status).toBe(201)
  expect(made.body.vpc).toMatchObject({
    ...shop,
    description: 'of the shop',
    default: false,
    resolver_ip: '10.10.10.254',
    urn: `do:vpc:${made.body.vpc.id}`,
  })
  const path = `/vpcs/${made.body.vpc.id}`
  const { id, vpc_uuid, networks } = await droplet({ vpc_uuid: made.body.vpc.id })
  expect(vpc_uuid).toBe(made.body.vpc.id)
  expect(networks.v4[1]).toMatchObject({ ip_address: '10.10.10.3', netmask: '255.255.255.0' })
  // 409, where the documentation says 403.
  expect(refusal(await call('DELETE', path))).toBe('409 conflict: Can not delete VPC with members')
  await call('DELETE', `/droplets/${id}`)
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
})

test('two that ask for no range get two that do not meet [terraform-provider-digitalocean #551]', async () => {
  const { call } = await startApi()
  const made = await Promise.all(
    ['one', 'two'].map((name) => call('POST', '/vpcs', { name, region: 'fra1' })),
  )
  const ranges: string[] = made.map(({ body }) => body.vpc.ip_range)
  expect(ranges.toSorted()).toEqual(['10.130.0.0/20', '10.130.16.0/20'])
})

test.each([
  [
    { name: 'my shop' },
    '422 unprocessable_entity: name must only contain alphanumeric characters, dashes, and periods',
  ],
  [{ name: 'taken' }, '409 conflict: a VPC with the same name already exists in your account'],
  [{ region: 'mars' }, '422 unprocessable_entity: region is invalid'],
  [{ ip_range: '10.10.10.1/24' }, '422 unprocessable_entity: ip_range is not a valid CIDR block'],
  [{ ip_range: '10.0.0.0/8' }, '422 unprocessable_entity: ip_range must be between a /28 and a /16 in size'],
  [
    { ip_range: '8.8.8.0/24' },
    '422 unprocessable_entity: ip_range must be within the private address ranges of RFC1918',
  ],
  [
    { ip_range: '10.20.16.0/20' },
    '422 unprocessable_entity: This range/size overlaps with another VPC network in your account: 10.20.16.0/20',
  ],
])('refuses %j', async (wrong, message) => {
  const { call } = await startApi()
  await call('POST', '/vpcs', { name: 'taken', region: 'fra1', ip_range: '10.20.0.0/16' })
  expect(refusal(await call('POST', '/vpcs', { ...shop, ...wrong }))).toBe(message)
})

test('a droplet goes into none that is not there, or elsewhere', async () => {
  const { call } = await startApi()
  const { vpc } = (await call('POST', '/vpcs', shop)).body
  const order = { name: 'web', region: 'nyc3', size: 's-1vcpu-1gb', image: 'debian-13-x64' }
  const absent = { ...order, vpc_uuid: '00000000-0000-0000-0000-000000000000' }
  expect(refusal(await call('POST', '/droplets', absent))).toBe('404 not_found: Failed to resolve VPC')
  expect(refusal(await call('POST', '/droplets', { ...order, vpc_uuid: vpc.id }))).toBe(
    '422 unprocessable_entity: The VPC is not in the same region as the Droplet.',
  )
})

test('another becomes its region’s default: droplets stay where they are, and the old one may go', async () => {
  const { call, droplet } = await startApi()
  const before = await droplet()
  const { vpc } = (await call('POST', '/vpcs', shop)).body
  expect(refusal(await call('DELETE', `/vpcs/${before.vpc_uuid}`))).toBe(
    '403 forbidden: Can not delete default VPCs',
  )
  const changed = await call('PATCH', `/vpcs/${vpc.id}`, { default: true })
  expect(changed.body.vpc).toMatchObject({ name: 'shop', default: true })
  expect((await call('GET', `/vpcs/${before.vpc_uuid}`)).body.vpc.default).toBe(false)
  expect((await call('GET', `/droplets/${before.id}`)).body.droplet.vpc_uuid).toBe(before.vpc_uuid)
  expect((await droplet()).vpc_uuid).toBe(vpc.id)
  await call('DELETE', `/droplets/${before.id}`)
  expect((await call('DELETE', `/vpcs/${before.vpc_uuid}`)).status).toBe(204)
  expect((await call('PUT', `/vpcs/${vpc.id}`, { name: 'store' })).body.vpc).toMatchObject({
    name: 'store',
    default: true,
  })
})
