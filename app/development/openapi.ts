import { readFile, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import swagger from '@fastify/swagger'
import { buildSite } from '../app.ts'
import type { Parts } from '../parts.ts'
import { readSettings, sites, type Site } from '../settings.ts'
import { texts } from '../texts/en.ts'

const fileOf = (site: Site): URL => new URL(`../http/openapi-${site}.json`, import.meta.url)

/** The description of a site's API, made of the schemas that its routes are held to. */
export async function describeApi(site: Site): Promise<string> {
  // Nothing is asked while routes are being registered.
  const parts = { settings: readSettings({ DOMAIN: 'example.com' }) } as Parts
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
          components: {
            securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-session' } },
          },
        },
        // Pages are for people.
        transform: ({ schema, url }) => ({ schema: { ...schema, hide: !url.startsWith('/api/') }, url }),
      }),
  })
  await app.ready()
  const described = app.swagger()
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
