import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { descriptionMissing, holdToDescription, operations, type Operation } from './description.ts'
import { readHeldRun } from './held-run.ts'
import { publicKey, refusal, startApi } from '../testing.ts'

if (descriptionMissing) console.warn(descriptionMissing)
const described = descriptionMissing ? [] : operations()

type Started = Awaited<ReturnType<typeof startApi>>
type Method = Parameters<Started['call']>[0]

const absentIds: Record<string, string> = {
  droplet_id: '404',
  action_id: '404',
  image_id: '404',
  domain_name: 'absent.example.com',
  domain_record_id: '404',
  firewall_id: '00000000-0000-4000-8000-000000000000',
  project_id: '00000000-0000-4000-8000-000000000000',
  reserved_ip: '203.0.113.1',
  ssh_key_identifier: '404',
  tag_id: 'absent',
}

const filled = ({ template }: Operation, ids: Record<string, string>) =>
  template
    .replaceAll(/\{([^}]+)\}/g, (_, name: string) => ids[name] ?? `no id for ${name}`)
    .slice('/v2'.length)

const withStatus = (status: number) => described.filter(({ responses }) => responses[status])

/** What each of the operations was answered, by its name. */
async function answersTo(list: Operation[], ask: (one: Operation) => Promise<unknown>) {
  const answers: Record<string, unknown> = {}
  for (const one of list) answers[`${one.method} ${one.template}`] = await ask(one)
  return answers
}

const allAre = (list: Operation[], answer: unknown) =>
  Object.fromEntries(list.map(({ method, template }) => [`${method} ${template}`, answer]))

test.skipIf(descriptionMissing)('is of 35 paths', () => {
  expect(new Set(described.map(({ template }) => template)).size).toBe(35)
})

// A body that is whole where a request needs one, so that the path decides.
const key = { name: 'operator', public_key: publicKey }
const rule = { protocol: 'tcp', ports: '22', sources: { addresses: ['192.0.2.0/24'] } }
const whole: Record<string, object> = {
  '/v2/tags': { name: 'blue' },
  '/v2/domains': { name: 'example.com' },
  '/v2/account/keys': key,
  '/v2/account/keys/{ssh_key_identifier}': key,
  '/v2/firewalls': { name: 'web', inbound_rules: [rule] },
  '/v2/firewalls/{firewall_id}': { name: 'web', inbound_rules: [rule] },
  '/v2/firewalls/{firewall_id}/rules': { inbound_rules: [rule] },
  '/v2/tags/{tag_id}/resources': { resources: [{ resource_id: '404', resource_type: 'droplet' }] },
  '/v2/droplets/{droplet_id}/actions': { type: 'reboot' },
  '/v2/reserved_ips/{reserved_ip}/actions': { type: 'unassign' },
  '/v2/images/{image_id}': { name: 'renamed' },
  '/v2/domains/{domain_name}/records': { type: 'A', name: 'www', data: '192.0.2.1' },
  '/v2/domains/{domain_name}/records/{domain_record_id}': { type: 'A', name: 'www', data: '192.0.2.1' },
  '/v2/projects': { name: 'shop', purpose: 'Web Application' },
}
const project = { name: 'p', description: '', purpose: 'Other', environment: 'Staging', is_default: false }

const bodyFor = ({ method, template }: Operation) =>
  method === 'GET' ? undefined : (whole[template] ?? (template.includes('projects') ? project : {}))

const send = ({ call }: Started, one: Operation, ids: Record<string, string>) => {
  const query = one.method === 'DELETE' && one.template === '/v2/droplets' ? '?tag_name=absent' : ''
  return call(one.method as Method, `${filled(one, ids)}${query}`, bodyFor(one))
}

test.skipIf(descriptionMissing)(
  'every method of every path is served',
  async () => {
    const started = await startApi()
    const answers = await answersTo(described, async (one) => (await send(started, one, absentIds)).status)
    const unserved = Object.entries(answers).filter(([, status]) => [405, 500, 501].includes(Number(status)))
    expect(unserved).toEqual([])
    // The schemas of all of it are compiled here.
  },
  20_000,
)

test.skipIf(descriptionMissing)('without a token everything is a 401', async () => {
  const { api } = await startApi()
  const list = withStatus(401)
  const answers = await answersTo(list, async (one) => {
    const answer = await api.inject({ method: one.method as Method, url: `/v2${filled(one, absentIds)}` })
    return `${answer.statusCode} ${answer.json().id}: ${answer.json().message}`
  })
  expect(answers).toEqual(allAre(list, '401 Unauthorized: Unable to authenticate you'))
  expect(list).toHaveLength(described.length)
})

/** Where there is always something to be found. */
const neverAbsent = ['/v2/vpcs', '/v2/projects/default']

test.skipIf(descriptionMissing)('what is not there is a 404, whatever is asked of it', async () => {
  const started = await startApi()
  const list = withStatus(404).filter(({ template }) => !neverAbsent.includes(template))
  const answers = await answersTo(list, async (one) => refusal(await send(started, one, absentIds)))
  expect(answers).toEqual(allAre(list, '404 not_found: The resource you were accessing could not be found.'))
})

test.skipIf(descriptionMissing)('what cannot be read is a 400 where the description has one', async () => {
  const { api } = await startApi()
  const list = withStatus(400)
  const answers = await answersTo(list, async (one) => {
    const answer = await api.inject({
      method: one.method as Method,
      url: `/v2${filled(one, absentIds)}`,
      headers: { authorization: 'Bearer test-token', 'content-type': 'application/json' },
      payload: '{"name":',
    })
    const { message, error } = answer.json()
    return [answer.statusCode, message ?? error]
  })
  expect(answers).toEqual(allAre(list, [400, 'Unable to parse the request body as JSON.']))
})

test.skipIf(descriptionMissing)('what still holds something is a 412', async () => {
  const started = await startApi()
  const { id } = (await started.call('POST', '/projects', { name: 'full', purpose: 'Other' })).body.project
  await started.call('POST', '/domains', { name: 'full.example.com' })
  await started.call('POST', `/projects/${id}/resources`, { resources: ['do:domain:full.example.com'] })
  const list = withStatus(412)
  const answers = await answersTo(list, async (one) => refusal(await send(started, one, { project_id: id })))
  expect(answers).toEqual({
    'DELETE /v2/projects/{project_id}': '412 precondition_failed: cannot delete a project with resources',
  })
})

test.skipIf(descriptionMissing)('a token that sends too much gets a 429 from everything', async () => {
  const started = await startApi()
  const headers = { 'content-type': 'application/json' }
  const payload = { perMinute: 0, refuse: true }
  await started.api.inject({ method: 'POST', url: '/_lab/limits', headers, payload })
  const list = withStatus(429)
  const answers = await answersTo(list, async (one) => {
    const refused = await send(started, one, absentIds)
    return [refusal(refused), Number(refused.headers['retry-after']) > 0]
  })
  expect(answers).toEqual(allAre(list, ['429 too_many_requests: API Rate limit exceeded.', true]))
  expect(list).toHaveLength(described.length)
})

test.skipIf(descriptionMissing)(
  'an answer that differs is named, in this process and in a run of labs',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoestring-held-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'held.jsonl')
    const app = Fastify()
    const mismatches = holdToDescription(app, file)
    app.get('/v2/tags/:name', async () => ({ tag: { name: 7 } }))
    app.post('/v2/tags', async (_request, reply) => reply.code(200).send({}))
    app.get('/v2/droplets', async () => ({ droplets: [], links: {}, meta: { total: 0 } }))
    await app.inject({ url: '/v2/tags/blue' })
    await app.inject({ method: 'POST', url: '/v2/tags' })
    await app.inject({ url: '/v2/droplets?page=1' })
    await app.close()
    expect(mismatches).toEqual([
      'GET /v2/tags/{tag_id} 200: /tag/name must be string',
      'POST /v2/tags 200: a status that is not described',
    ])
    expect(readHeldRun(file)).toEqual({ answers: 3, mismatches })
  },
)
