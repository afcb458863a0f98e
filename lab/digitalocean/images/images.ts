import type { FastifyInstance } from 'fastify'
import { bodyOf, text, texts, type Body } from '../wire/body.ts'
import { region } from './catalog.ts'
import type { Cloud } from '../cloud.ts'
import { forbidden, found, unprocessable } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { findImage, findPrivateImage, removeImage, wireImage } from './private-images.ts'
import { publicImages } from './public-images.ts'
import { sweepImages } from '../droplets/removal.ts'
import { takeId, timestamp, type PrivateImage, type State } from '../state/state.ts'
import { ensureTag, tagName } from '../tags.ts'

interface Wishes {
  Querystring: { type?: string; private?: string; tag_name?: string }
}

/** Images: DigitalOcean's own, copies of droplets' disks, and what was to be imported. */
export function images(app: FastifyInstance, cloud: Cloud): void {
  const { store, jobs } = cloud

  app.get<Wishes>('/images', async (request) => {
    const { type, private: own, tag_name: tag } = request.query
    // What could not be imported is no longer listed, and still there by its id.
    const listed = store.state.images.filter(({ removed, status }) => !removed && status !== 'deleted')
    const all = [
      ...(own === 'true' || tag ? [] : publicImages.filter((image) => type !== 'application' && image.slug)),
      ...(type ? [] : listed.filter(({ tags }) => !tag || tags.includes(tag)).map(wireImage)),
    ]
    return page(request, 'images', all)
  })

  app.post('/images', async (request, reply) => {
    const body = bodyOf(request)
    const image = await store.change((draft) => addCustomImage(draft, body, cloud.now()))
    void jobs.run(`image ${image.id}`, `import image ${image.id}`, () => endImport(cloud, image.id))
    return reply.code(202).send({ image: wireImage(image) })
  })

  app.get<{ Params: { id: string } }>('/images/:id', async ({ params }) => ({
    image: found(findImage(store.state, params.id)),
  }))

  app.put<{ Params: { id: string } }>('/images/:id', async (request) => {
    const body = bodyOf(request)
    const image = await store.change((draft) => {
      const own = ownImage(draft, request.params.id)
      own.name = text(body, 'name') ?? own.name
      own.description = text(body, 'description') ?? own.description
      if (text(body, 'distribution')) own.distribution = distributionIn(body)
      return own
    })
    return { image: wireImage(image) }
  })

  app.delete<{ Params: { id: string } }>('/images/:id', async ({ params }, reply) => {
    await store.change((draft) => removeImage(draft, ownImage(draft, params.id)))
    await sweepImages(cloud)
    return reply.code(204).send()
  })
}

/** An image that its owner may change; everybody may look at DigitalOcean's. */
export function ownImage(draft: State, key: string): PrivateImage {
  const own = findPrivateImage(draft, key)
  if (own) return own
  found(findImage(draft, key))
  throw forbidden('You do not have access for the attempted action.')
}

function addCustomImage(draft: State, body: Body, now: Date): PrivateImage {
  const name = text(body, 'name')
  if (!name) throw unprocessable("Name can't be blank")
  if (!URL.canParse(text(body, 'url') ?? '')) throw unprocessable('Url is invalid')
  const chosen = region(text(body, 'region'))
  if (!chosen?.available) throw unprocessable('Region is not available')
  const image: PrivateImage = {
    id: takeId(draft),
    name,
    type: 'custom',
    distribution: distributionIn(body),
    description: text(body, 'description') ?? '',
    regions: [chosen.slug],
    createdAt: timestamp(now),
    minDiskSize: 0,
    sizeGigabytes: 0,
    tags: texts(body, 'tags').map((tag) => ensureTag(draft, tagName(tag))),
    status: 'NEW',
    errorMessage: '',
    dropletId: null,
    removed: false,
  }
  draft.images.push(image)
  return image
}

/** As an import ends that DigitalOcean can't finish: the image is as good as deleted, and says why. */
export function endImport({ store }: Cloud, id: number): Promise<void> {
  return store.change((draft) => {
    const image = draft.images.find((each) => each.id === id)
    if (image) Object.assign(image, { status: 'deleted', errorMessage: notBootable })
  })
}

const notBootable =
  "The lab can't boot disk images from elsewhere, so it did not fetch this one. DigitalOcean would have tried."

const known =
  'Arch Linux,CentOS,CoreOS,Debian,Fedora,Fedora Atomic,FreeBSD,Gentoo,openSUSE,RancherOS,Rocky Linux,Ubuntu'

function distributionIn(body: Body): string {
  const named = text(body, 'distribution')
  return known.split(',').find((each) => each.toLowerCase() === named?.toLowerCase()) ?? 'Unknown'
}
