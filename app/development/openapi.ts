import { readFile, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import swagger from '@fastify/swagger'
import { buildSite } from '../app.ts'
import { ErrorAnswer } from '../http/shapes.ts'
import type { Parts } from '../parts.ts'
import { readSettings, sites, type Site } from '../settings.ts'
import { texts } from '../texts/en.ts'

const fileOf = (site: Site): URL => new URL(`../http/openapi-${site}.json`, import.meta.url)

/** What all routes answer where they refuse. */
const Refused = {
  description: 'What went wrong',
  headers: {
    'Retry-After': {
      description: 'After how many seconds it may be asked for again; of 429, and of 503 where it is known',
      schema: { type: 'integer', minimum: 1 },
    },
  },
  content: { 'application/json': { schema: ErrorAnswer } },
}

/** Names it once instead of at each of sixty routes. */
function refusalsOnce(described: Described): Described {
  const operations = Object.values(described.paths).flatMap((path) => Object.values(path))
  for (const { responses } of operations)
    for (const status of Object.keys(responses))
      if (/^[45]xx$/i.test(status)) responses[status] = { $ref: '#/components/responses/Refused' }
  return { ...described, components: { ...described.components, responses: { Refused } } }
}

/** What of a description is looked at here. */
interface Described {
  paths: Record<string, Record<string, { responses: Record<string, object> }>>
  components: object
}

/** The description of a site's API, made of the schemas that its routes are held to. */
export async function describeApi(site: Site): Promise<string> {
  // Nothing is asked while routes are being registered.
  const parts = { settings: readSettings({ NODE_ENV: 'development', DOMAIN: 'example.com' }) } as Parts
  const running = { version: '', release: '', since: new Date(0) }
  const app = await buildSite(site, parts, {
    running,
    logger: false,
    behindProxy: true,
    describe: (instance) =>
      instance.register(swagger, {
        openapi: {
          openapi: '3.1.0',
          info: { title: texts.api[site], version: '1', license: { name: 'MIT', identifier: 'MIT' } },
          security: [{ session: [] }],
          components: {
            securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-session' } },
          },
        },
        // Pages are for people.
        transform: ({ schema, url }) => ({ schema: { ...schema, hide: !url.startsWith('/api/') }, url }),
      }),
  })
  await app.ready()
  const described = refusalsOnce(app.swagger() as unknown as Described)
  await app.close()
  return `${JSON.stringify(described, null, 2)}\n`
}

/** Sites whose committed description is not what their routes say. */
export async function outdatedDescriptions(): Promise<Site[]> {
  const pairs = await Promise.all(
    sites.map(async (site) => {
      const written: unknown = JSON.parse(await readFile(fileOf(site), 'utf8').catch(() => '{}'))
      return isDeepStrictEqual(written, JSON.parse(await describeApi(site))) ? [] : [site]
    }),
  )
  return pairs.flat()
}

// `npm run openapi`
if (import.meta.main) for (const site of sites) await writeFile(fileOf(site), await describeApi(site))
