import { flag, has, list, text, texts, type Body } from '../wire/body.ts'
import { backupPolicyIn } from './backups.ts'
import { region } from '../images/catalog.ts'
import { notImplemented, unprocessable } from '../wire/errors.ts'
import { freeAddress } from '../network/addresses.ts'
import { chooseImage } from '../images/image-choice.ts'
import { findKey } from '../keys.ts'
import { size } from '../images/sizes.ts'
import { takeId, timestamp, type Droplet, type State } from '../state/state.ts'
import { ensureTag, tagName } from '../tags.ts'
import { vpcOf } from '../network/vpc-of.ts'

const hostname = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/
const userDataBytes = 65_536
// https://docs.digitalocean.com/reference/api/api-reference/#operation/droplets_create
const atOnce = 10

export function validName(name: string | undefined): string {
  if (name && name.length <= 253 && hostname.test(name)) return name
  throw unprocessable('Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)')
}

/** Where a new droplet's machine will be found. */
interface Room {
  addresses: readonly string[]
  address6(ipv4: string): string
}

/** Adds the droplets that a request asks for, one or several at once, or refuses them all. */
export function addDroplets(draft: State, body: Body, now: Date, room: Room): Droplet[] {
  if (list(body, 'volumes').length > 0) throw notImplemented('volumes at droplet creation')
  if (flag(body, 'public_networking') === false) throw notImplemented('droplets without a public address')
  const names = namesIn(body)
  if (draft.droplets.length + names.length > room.addresses.length)
    throw unprocessable('creating this/these droplet(s) will exceed your droplet limit')
  return names.map((name) => addDroplet(draft, name, body, now, room))
}

function namesIn(body: Body): string[] {
  const names = has(body, 'names') ? texts(body, 'names') : [text(body, 'name') ?? '']
  if (names.length > atOnce) throw unprocessable(`You can create ${atOnce} Droplets at once at most.`)
  if (names.length === 0) throw unprocessable("Names can't be blank")
  return names.map(validName)
}

function addDroplet(draft: State, name: string, body: Body, now: Date, room: Room): Droplet {
  const chosenSize = size(text(body, 'size'))
  if (!chosenSize) throw unprocessable('You specified an invalid size for Droplet creation.')
  // Whoever names no region gets one that has room.
  const chosenRegion = region(text(body, 'region') ?? 'fra1')
  if (!chosenRegion) throw unprocessable('You specified an invalid region for Droplet creation.')
  if (!chosenRegion.available) throw unprocessable('Region is not available')
  if (!chosenSize.regions.includes(chosenRegion.slug))
    throw unprocessable('Size is not available in this region.')
  const vpc = vpcOf(draft, text(body, 'vpc_uuid'), chosenRegion.slug)
  const userData = text(body, 'user_data')
  if (userData && Buffer.byteLength(userData) > userDataBytes)
    throw unprocessable('User data is too long (maximum is 64 KiB)')
  const wantsBackups = flag(body, 'backups') ?? false
  const ipv4 = freeAddress(draft, room.addresses, 'droplet')
  const droplet: Droplet = {
    id: takeId(draft),
    name,
    status: 'new',
    locked: true,
    createdAt: timestamp(now),
    region: chosenRegion.slug,
    vpcId: vpc.id,
    size: chosenSize.slug,
    disk: chosenSize.disk,
    image: chooseImage(
      draft,
      body['image'],
      { region: chosenRegion.slug, disk: chosenSize.disk },
      'creation',
    ),
    features: [
      ...(wantsBackups ? ['backups'] : []),
      ...(flag(body, 'ipv6') ? ['ipv6'] : []),
      ...(flag(body, 'monitoring') ? ['monitoring'] : []),
      ...(flag(body, 'with_droplet_agent') === false ? [] : ['droplet_agent']),
      'private_networking',
    ],
    ...(wantsBackups ? { backupPolicy: backupPolicyIn(body) } : {}),
    ipv4,
    ...(flag(body, 'ipv6') ? { ipv6: room.address6(ipv4) } : {}),
    tags: texts(body, 'tags').map((tag) => ensureTag(draft, tagName(tag))),
    sshKeys: list(body, 'ssh_keys').map((id) => publicKey(draft, id)),
    ...(userData ? { userData } : {}),
  }
  draft.droplets.push(droplet)
  return droplet
}

function publicKey(draft: State, id: unknown): string {
  const key = typeof id === 'string' || typeof id === 'number' ? findKey(draft, String(id)) : undefined
  if (!key) throw unprocessable(`${JSON.stringify(id)} are invalid key identifiers for Droplet creation.`)
  return key.publicKey
}
