import { flag, list, text, texts, type Body } from './body.ts'
import { backupPolicyIn } from './backups.ts'
import { bootableImage, image, region, size } from './catalog.ts'
import { notImplemented, unprocessable } from './errors.ts'
import { freeAddress } from './addresses.ts'
import { findKey } from './keys.ts'
import { takeId, timestamp, type Droplet, type State } from './state.ts'
import { ensureTag, tagName } from './tags.ts'
import { defaultVpcId } from './vpcs.ts'

const hostname = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/
const userDataBytes = 65_536

export function validName(name: string | undefined): string {
  if (name && name.length <= 253 && hostname.test(name)) return name
  throw unprocessable('Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)')
}

/** Adds the droplet that a request asks for, or refuses it; `address6` is asked only when it wants IPv6. */
export function addDroplet(
  draft: State,
  body: Body,
  now: Date,
  machines: { addresses: readonly string[]; address6(ipv4: string): string },
): Droplet {
  for (const field of ['names', 'volumes'])
    if (list(body, field).length > 0) throw notImplemented(`${field} at droplet creation`)
  if (flag(body, 'public_networking') === false) throw notImplemented('droplets without a public address')
  const name = validName(text(body, 'name'))
  const chosenSize = size(text(body, 'size'))
  if (!chosenSize) throw unprocessable('You specified an invalid size for Droplet creation.')
  // Whoever names no region gets one that has room.
  const chosenRegion = region(text(body, 'region') ?? 'fra1')
  if (!chosenRegion) throw unprocessable('You specified an invalid region for Droplet creation.')
  const vpc = text(body, 'vpc_uuid')
  if (vpc && vpc !== defaultVpcId(draft, chosenRegion.slug))
    throw unprocessable('The VPC does not exist in this region.')
  const userData = text(body, 'user_data')
  if (userData && Buffer.byteLength(userData) > userDataBytes)
    throw unprocessable('User data is too long (maximum is 64 KiB)')
  const wantsBackups = flag(body, 'backups') ?? false
  const ipv4 = freeAddress(draft, machines.addresses, 'droplet')
  const droplet: Droplet = {
    id: takeId(draft),
    name,
    status: 'new',
    locked: true,
    createdAt: timestamp(now),
    region: chosenRegion.slug,
    size: chosenSize.slug,
    disk: chosenSize.disk,
    image: bootable(body['image']),
    features: [
      ...(wantsBackups ? ['backups'] : []),
      ...(flag(body, 'ipv6') ? ['ipv6'] : []),
      ...(flag(body, 'monitoring') ? ['monitoring'] : []),
      ...(flag(body, 'with_droplet_agent') === false ? [] : ['droplet_agent']),
      'private_networking',
    ],
    ...(wantsBackups ? { backupPolicy: backupPolicyIn(body) } : {}),
    ipv4,
    ...(flag(body, 'ipv6') ? { ipv6: machines.address6(ipv4) } : {}),
    tags: texts(body, 'tags').map((tag) => ensureTag(draft, tagName(tag))),
    sshKeys: list(body, 'ssh_keys').map((id) => publicKey(draft, id)),
    ...(userData ? { userData } : {}),
  }
  draft.droplets.push(droplet)
  return droplet
}

function bootable(key: unknown): string {
  const chosen = image(key)
  if (!chosen) throw unprocessable('You specified an invalid image for Droplet creation.')
  if (chosen.slug === bootableImage) return chosen.slug
  throw unprocessable(
    `The lab boots only ${bootableImage}; got ${chosen.slug}, which DigitalOcean itself would boot.`,
  )
}

function publicKey(draft: State, id: unknown): string {
  const key = typeof id === 'string' || typeof id === 'number' ? findKey(draft, String(id)) : undefined
  if (!key) throw unprocessable(`${JSON.stringify(id)} are invalid key identifiers for Droplet creation.`)
  return key.publicKey
}
