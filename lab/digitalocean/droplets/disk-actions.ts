import type { After, Kind } from './action-kind.ts'
import { text, type Body } from '../wire/body.ts'
import { unprocessable } from '../wire/errors.ts'
import { chooseImage } from '../images/image-choice.ts'
import { copiesOf, forgetImages, gigabytes, imageOf } from '../images/private-images.ts'
import { specOf } from './droplet-spec.ts'
import { takeId, type ActionParams, type Droplet, type State } from '../state/state.ts'

/** What makes copies of a droplet's disk, and disks from copies. */
export const diskActions: Readonly<Record<string, Kind>> = {
  snapshot: {
    accept: (droplet, body, draft, now) => ({
      name: text(body, 'name') ?? `${droplet.name}-${now.getTime()}`,
      image: takeId(draft),
    }),
    machine: (machines, { id }, { image }) => machines.capture(id, Number(image)),
    settle: addSnapshot,
    abandon(draft, { image }) {
      draft.leavingImages.push(Number(image))
    },
  },
  rebuild: {
    accept: (droplet, body, draft) => ({ image: chooseImage(draft, body['image'], droplet, 'rebuild') }),
    machine: (machines, droplet, params) => machines.rebuild(specOf(madeFrom(droplet, params))),
    settle: replaceImage,
  },
  restore: {
    accept: (droplet, body, draft) => ({ image: copyIn(draft, droplet, body) }),
    machine: (machines, droplet, params) => machines.rebuild(specOf(madeFrom(droplet, params))),
    settle: replaceImage,
  },
}

const madeFrom = (droplet: Droplet, { image }: ActionParams): Droplet => ({
  ...droplet,
  image: typeof image === 'number' ? image : String(image),
})

function replaceImage(droplet: Droplet, params: ActionParams, { draft }: After): void {
  Object.assign(droplet, { image: madeFrom(droplet, params).image, status: 'active' })
  forgetImages(draft)
}

function copyIn(draft: State, { id }: Droplet, body: Body): number {
  const key = String(body['image'])
  const copies = [...copiesOf(draft, id, 'backup'), ...copiesOf(draft, id, 'snapshot')]
  const copy = copies.find((image) => String(image.id) === key)
  if (!copy) throw unprocessable('You specified an invalid backup image for Droplet restore.')
  return copy.id
}

function addSnapshot(
  droplet: Droplet,
  { name, image }: ActionParams,
  { draft, startedAt, made }: After,
): void {
  draft.images.push({
    id: Number(image),
    name: String(name),
    type: 'snapshot',
    distribution: imageOf(draft, droplet)?.distribution ?? 'Unknown',
    description: '',
    regions: [droplet.region],
    // The official plugin finds a snapshot by its action's beginning.
    createdAt: startedAt,
    minDiskSize: droplet.disk,
    sizeGigabytes: gigabytes(made?.bytes ?? 0),
    tags: [],
    status: 'available',
    errorMessage: '',
    dropletId: droplet.id,
    removed: false,
  })
}
