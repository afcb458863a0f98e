import { setTimeout } from 'node:timers/promises'
import type { Bag } from '../../../plugin/values.ts'
import { apiSettings, type ApiSettings } from './api-settings.ts'

/** A request without success, in the official client's words; no status when nobody answered. */
export class ApiError extends Error {
  readonly status: number | undefined

  constructor(status: number | undefined, message: string) {
    super(message)
    this.status = status
  }
}

/** Whether the API says that there is no such thing. */
export const isGone = (error: unknown): error is ApiError => error instanceof ApiError && error.status === 404

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** DigitalOcean's API as the official plugin talks to it: the same settings, headers, repeats and errors. */
export class Api {
  #settings: ApiSettings = apiSettings({})
  #nextTurnMs = 0

  /** Takes the provider's own settings; what they leave out comes from the environment. */
  configure(settings: Bag): void {
    this.#settings = apiSettings(settings)
  }

  // Answers are taken at their word, as the official client does.
  async call(method: Method, path: string, body?: object): Promise<any> {
    const { url, retries } = this.#settings
    for (let attempt = 1; ; attempt++) {
      // oxlint-disable-next-line no-await-in-loop
      await this.#turn()
      // oxlint-disable-next-line no-await-in-loop
      const answer = await this.#send(method, path, body).catch((cause: Error) => cause)
      const passing = answer instanceof Error || isPassing(answer.status)
      if (!passing || attempt > retries) {
        if (answer instanceof Error) throw noAnswer(method, url + path, answer)
        return read(`${method} ${url}${path}`, answer, passing && retries > 0 ? attempt : 0)
      }
      // oxlint-disable-next-line no-await-in-loop
      await setTimeout(this.#waitMs(attempt, answer))
    }
  }

  /** The answer, or undefined where the thing isn't there. */
  async find(path: string): Promise<any> {
    return this.call('GET', path).catch((error: unknown) => {
      if (!isGone(error)) throw error
    })
  }

  /** Everything in a list, page by page. */
  async list(path: string, key: string): Promise<any[]> {
    const things: unknown[] = []
    for (let page = 1; ; page++) {
      const query = `${path.includes('?') ? '&' : '?'}page=${page}&per_page=200`
      // oxlint-disable-next-line no-await-in-loop
      const answer = await this.call('GET', `${path}${query}`)
      things.push(...((answer[key] as unknown[] | null) ?? []))
      if (!answer.links?.pages?.next) return things
    }
  }

  async #send(method: Method, path: string, body?: object): Promise<Response> {
    const { url, token } = this.#settings
    return fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body ? { body: `${JSON.stringify(body)}\n` } : {}),
    })
  }

  /** Keeps requests apart when a rate is set. */
  async #turn(): Promise<void> {
    const { requestsPerSecond } = this.#settings
    if (requestsPerSecond <= 0) return
    const turnMs = Math.max(Date.now(), this.#nextTurnMs)
    this.#nextTurnMs = turnMs + 1000 / requestsPerSecond
    await setTimeout(turnMs - Date.now())
  }

  #waitMs(attempt: number, answer: Response | Error): number {
    const { waitMinMs, waitMaxMs } = this.#settings
    const told = answer instanceof Error || ![429, 503].includes(answer.status) ? null : answer.headers
    const after = Number(told?.get('retry-after') ?? Number.NaN)
    return after >= 0 ? after * 1000 : Math.min(waitMaxMs, waitMinMs * 2 ** (attempt - 1))
  }
}

const isPassing = (status: number) => status === 429 || (status >= 500 && status !== 501)

async function read(what: string, answer: Response, attempts: number): Promise<unknown> {
  const text = await answer.text()
  const body = parsed(text)
  if (answer.ok) return body
  // What is no JSON is the message.
  const error = (body ?? { message: text }) as { message?: string; request_id?: string }
  const request = error.request_id ?? answer.headers.get('x-request-id')
  const named = request ? `(request "${request}") ` : ''
  const tried = attempts > 0 ? `; giving up after ${attempts} attempt(s)` : ''
  throw new ApiError(answer.status, `${what}: ${answer.status} ${named}${error.message ?? ''}${tried}`)
}

/** Go writes methods so, and fetch says "fetch failed" and keeps the reason to itself. */
function noAnswer(method: Method, url: string, error: Error): ApiError {
  const why = error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
  return new ApiError(undefined, `${method[0]}${method.slice(1).toLowerCase()} "${url}": ${why}`)
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
