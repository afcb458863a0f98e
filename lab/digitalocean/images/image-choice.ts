import { unprocessable } from '../wire/errors.ts'
import { findPrivateImage } from './private-images.ts'
import { bootableImage, publicImages } from './public-images.ts'
import type { State } from '../state/state.ts'

/** What a droplet's disk is to be made from: a public image's slug or a private one's id; refuses what can't be. */
export function chooseImage(
  state: Readonly<State>,
  key: unknown,
  place: { region: string; disk: number },
  what: 'creation' | 'rebuild',
): string | number {
  const invalid = `You specified an invalid image for Droplet ${what}.`
  if (typeof key !== 'string' && typeof key !== 'number') throw unprocessable(invalid)
  const own = findPrivateImage(state, key)
  if (own) {
    if (own.status !== 'available') throw unprocessable(invalid)
    if (!own.regions.includes(place.region)) throw unprocessable('Image is not available in this region.')
    if (own.minDiskSize > place.disk)
      throw unprocessable('This size is not available because it has a smaller disk.')
    return own.id
  }
  const chosen = publicImages.find(({ id, slug }) => slug === key || String(id) === String(key))
  if (!chosen) throw unprocessable(invalid)
  if (chosen.slug === bootableImage) return chosen.slug
  throw unprocessable(
    `The lab boots only ${bootableImage}; got ${chosen.slug}, which DigitalOcean itself would boot.`,
  )
}
