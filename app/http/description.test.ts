import { expect, test } from 'vitest'
import { outdatedDescriptions } from '../development/openapi.ts'
import { withService } from '../testing.ts'

test('the published description is what the routes say; else npm run openapi', async () => {
  expect(await outdatedDescriptions()).toEqual([])
})

test('it is served, and names no page', async () => {
  const { browser } = await withService()
  const { paths } = (await browser().send('GET', '/api/openapi.json')).json<{ paths: object }>()
  expect(Object.keys(paths)).toContain('/api/session')
  expect(Object.keys(paths).filter((path) => !path.startsWith('/api/'))).toEqual([])
})

interface Shape {
  enum?: unknown[]
  anyOf?: Shape[]
  type?: string
  format?: string
  maxLength?: number
  required?: string[]
  minProperties?: number
  properties?: Record<string, Shape>
}

/** The least that a schema lets through. */
function sampleOf(shape: Shape): unknown {
  const { enum: words, anyOf, type, format, maxLength, properties = {}, minProperties } = shape
  if (words) return words[0]
  if (anyOf?.[0]) return sampleOf(anyOf[0])
  const needed = shape.required ?? Object.keys(properties).slice(0, minProperties ?? 0)
  if (type === 'object')
    return Object.fromEntries(needed.map((name) => [name, sampleOf(properties[name] ?? {})]))
  if (format === 'uuid') return nobody
  // The one shape that asks for more than characters.
  return maxLength === 254 ? 'ada@example.net' : 'x'
}

const nobody = '00000000-0000-4000-8000-000000000000'

test.each(['app', 'admin'] as const)(
  'what it says of sessions is so: a stranger is asked for one exactly there, %s',
  async (site) => {
    const { browser } = await withService()
    const described = (await browser({ site }).send('GET', '/api/openapi.json')).json<{
      paths: Record<
        string,
        Record<string, { security?: object[]; requestBody?: { content: Record<string, { schema: Shape }> } }>
      >
    }>()
    const wrong: string[] = []
    for (const [path, operations] of Object.entries(described.paths))
      for (const [method, { security, requestBody }] of Object.entries(operations)) {
        const schema = requestBody?.content['application/json']?.schema
        const body = schema && sampleOf(schema)
        const { code = '' } = await browser({ site }).send(
          method.toUpperCase(),
          path.replace('{id}', nobody),
          body,
        )
        if (code === 'INVALID_INPUT' && schema) wrong.push(`${method} ${path}: the sample is none`)
        if ((code === 'NOT_SIGNED_IN') !== (security?.length !== 0)) wrong.push(`${method} ${path}: ${code}`)
      }
    expect(wrong).toEqual([])
  },
)
