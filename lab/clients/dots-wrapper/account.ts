import assert from 'node:assert/strict'
import type { Dots } from './dots.ts'
import { pages } from './pages.ts'
import { refused } from './refused.ts'

const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 dots@example.com'

/** Whose account it is, and a key for what follows. */
export async function keys(dots: Dots): Promise<number> {
  const { account } = (await dots.account.getAccount()).data
  assert.equal(account.status, 'active')
  const made = await dots.sshKey.createSshKey({ name: 'laptop', public_key: publicKey })
  const { id } = made.data.ssh_key
  assert.deepEqual(
    (await pages('ssh_keys', (page) => dots.sshKey.listSshKeys(page))).map((key) => key.id),
    [id],
  )
  await dots.sshKey.updateSshKey({ ssh_key_id: id, name: 'desk' })
  const { ssh_key: key } = (await dots.sshKey.getSshKey({ ssh_key_id: id })).data
  assert.deepEqual([key.name, key.public_key], ['desk', publicKey])
  assert.match(key.fingerprint, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
  const again = dots.sshKey.createSshKey({ name: 'again', public_key: publicKey })
  await refused(again, 422, 'SSH Key is already in use on your account')
  await refused(dots.sshKey.getSshKey({ ssh_key_id: 1 }), 404)
  return id
}

/** What can be ordered, read page by page. */
export async function catalog(dots: Dots): Promise<void> {
  const regions = await pages('regions', (page) => dots.region.listRegions(page))
  assert.ok(regions.some(({ slug, available }) => slug === 'fra1' && available))
  const sizes = await pages('sizes', (page) => dots.size.listSizes(page))
  assert.equal(sizes.find(({ slug }) => slug === 's-1vcpu-512mb-10gb')?.price_monthly, 4)
  const images = await pages('images', (page) => dots.image.listImages({ ...page, type: 'distribution' }))
  assert.ok(images.some(({ slug }) => slug === 'debian-13-x64'))
  for (const items of [regions, sizes, images])
    assert.equal(new Set(items.map(({ slug }) => slug)).size, items.length)
}
