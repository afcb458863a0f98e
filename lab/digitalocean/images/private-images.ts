import { publicImages } from './public-images.ts'
import type { Droplet, PrivateImage, State } from '../state/state.ts'

/** The account's own image with that id, unless its owner has deleted it. */
export function findPrivateImage(state: Readonly<State>, key: unknown): PrivateImage | undefined {
  return state.images.find(({ id, removed }) => !removed && String(id) === String(key))
}

/** An image by slug or id, as the API shows it. */
export function findImage(state: Readonly<State>, key: unknown) {
  const own = findPrivateImage(state, key)
  return own
    ? wireImage(own)
    : publicImages.find(({ id, slug }) => slug === key || String(id) === String(key))
}

/** What a droplet was made from, also when that image is deleted by now. */
export function imageOf(state: Readonly<State>, { image }: Droplet) {
  const own = state.images.find(({ id }) => id === image)
  return own ? wireImage(own) : publicImages.find(({ slug }) => slug === image)
}

/** The copies of a droplet's disk of one kind. */
export const copiesOf = (state: Readonly<State>, dropletId: number, type: 'snapshot' | 'backup') =>
  state.images.filter((image) => image.dropletId === dropletId && image.type === type && !image.removed)

/** Takes an image off the account; the copy behind it is noted as leaving. */
export function removeImage(draft: State, image: PrivateImage): void {
  image.removed = true
  if (image.type !== 'custom') draft.leavingImages.push(image.id)
  forgetImages(draft)
}

/** Forgets deleted images that no droplet shows any more. */
export function forgetImages(draft: State): void {
  const shown = new Set(draft.droplets.map(({ image }) => image))
  draft.images = draft.images.filter(({ id, removed }) => !removed || shown.has(id))
}

/** Bytes as the API shows them: gigabytes with two decimals, and nothing that is there takes none. */
export const gigabytes = (bytes: number) => Math.max(0.01, Math.round(bytes / 1e7) / 100)

export function wireImage(image: PrivateImage) {
  return {
    id: image.id,
    slug: null,
    name: image.name,
    distribution: image.distribution,
    type: image.type as string,
    public: false,
    regions: image.regions as readonly string[],
    created_at: image.createdAt,
    min_disk_size: image.minDiskSize,
    size_gigabytes: image.sizeGigabytes,
    description: image.description,
    tags: image.tags,
    status: image.status as string,
    error_message: image.errorMessage,
  }
}
