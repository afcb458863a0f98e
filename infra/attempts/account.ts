import { setTimeout } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'

/** One thing of the account, as the API shows it. */
export type Thing = Record<string, any>

// The API's own maximum: https://docs.digitalocean.com/reference/api/
const perPage = 200
const waitsMs = [500, 1000, 2000]
const timeoutMs = 15_000

/** All things under a path of the account, `droplets?tag_name=web`; empty where the path itself is gone. */
export async function listThings(path: string): Promise<Thing[]> {
  const things: Thing[] = []
  for (let page = 1; ; page += 1) {
    const query = `${path.includes('?') ? '&' : '?'}per_page=${perPage}&page=${page}`
    const answer = await ask('GET', `${path}${query}`)
    const list = Object.values(answer ?? {}).find((value) => Array.isArray(value)) as Thing[] | undefined
    things.push(...(list ?? []))
    if (!(answer?.['links'] as Thing | undefined)?.['pages']?.next) return things
  }
}

/** Deletes what is at a path of the account; gone already is fine. */
export async function removeThing(path: string): Promise<void> {
  await ask('DELETE', path)
}

/** Has an action done to what is at a path of the account, and waits until it is. */
export async function tellThing(path: string, action: object): Promise<void> {
  const answer = await ask('POST', `${path}/actions`, action)
  for (const until = Date.now() + timeoutMs; Date.now() < until; await setTimeout(200)) {
    const { action: now } = (await ask('GET', `actions/${answer?.['action'].id}`)) ?? {}
    if (now?.status !== 'in-progress') return
  }
}

/** Whether DigitalOcean may answer otherwise in a moment. */
const isPassing = (status: number) => status === 429 || (status >= 500 && status !== 501)

type Method = 'GET' | 'POST' | 'DELETE'

async function ask(method: Method, path: string, body?: object, tried = 0): Promise<Thing | undefined> {
  const url = `${process.env['DIGITALOCEAN_API_URL'] ?? 'https://api.digitalocean.com'}/v2/${path}`
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((cause: Error) => cause)
  if (answer instanceof Response) {
    if (answer.status === 404) return undefined
    if (answer.ok) return answer.status === 204 ? undefined : ((await answer.json()) as Thing)
  }
  const waitMs = waitsMs[tried]
  if (waitMs === undefined || (answer instanceof Response && !isPassing(answer.status))) {
    const why = answer instanceof Response ? `${answer.status} ${await answer.text()}` : answer.message
    throw new Error(`${method} ${url}: ${why}`)
  }
  await setTimeout(waitMs)
  return ask(method, path, body, tried + 1)
}

function token(): string {
  const { DIGITALOCEAN_TOKEN: fromEnvironment } = process.env
  return fromEnvironment ?? pulumi.runtime.allConfig()['digitalocean:token'] ?? ''
}
