import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
  /** The stable code of an error. */
  code: string | undefined
  ms: number
}

export interface Sent {
  method?: string
  path: string
  /** An object is sent as JSON, a text as it is. */
  body?: unknown
  /** Beside or instead of a browser's own; undefined leaves one of those out. */
  headers?: Record<string, string | undefined>
}

/** What is attacked: two sites, and the mails of people whom the attacker plays. */
export interface Target {
  app: string
  /** Where admins sign in; attacks on it are left out without it. */
  admin?: string | undefined
  /** PEM of roots, for a site that the machine does not trust. */
  ca?: string | undefined
  /** `127.0.0.1`: where both hosts are, whatever DNS says. */
  address?: string | undefined
  /** Whether X-Forwarded-For is taken from us, as from the web server: then each visitor has an address of its own. */
  asProxy?: boolean
  mailbox: { next: (to: string) => Promise<{ subject: string; text: string; code: string }> }
}

export const password = 'seven green boats'
let visitors = 0
let people = 0

/** Whether browsers reach it over TLS, by us or by the web server that we play. */
export const overTls = ({ app, asProxy }: Target): boolean => asProxy === true || app.startsWith('https:')

/** A new address each time, of a domain that is nobody's. */
export const freshEmail = (): string =>
  `attack-${process.pid}-${Date.now().toString(36)}-${(people += 1)}@example.net`

/** Somebody with a browser: it keeps cookies and waits when it is told to. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly target: Target
  readonly #site: 'app' | 'admin'
  readonly #from: string

  constructor(target: Target, site: 'app' | 'admin' = 'app') {
    this.target = target
    this.#site = site
    visitors += 1
    this.#from = `192.0.2.${visitors % 250}`
  }

  get origin(): string {
    return (this.#site === 'app' ? this.target.app : this.target.admin) ?? ''
  }

  async send({ method = 'GET', path, body, headers = {} }: Sent): Promise<Answer> {
    const url = new URL(this.origin)
    const own: Record<string, string | undefined> = {
      host: url.host,
      origin: this.origin,
      'sec-fetch-site': 'same-origin',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') || undefined,
      ...(typeof body === 'object' && { 'content-type': 'application/json' }),
      ...(this.target.asProxy && {
        'x-forwarded-for': this.#from,
        'x-forwarded-proto': 'https',
      }),
      ...headers,
    }
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const sent = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >
    const answer = await exchange(this.target, url, { method, path, headers: sent }, payload)
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }

  post(path: string, body: unknown, headers: Sent['headers'] = {}): Promise<Answer> {
    return this.send({ method: 'POST', path, body, headers })
  }

  /** The same, by somebody patient: waits as long as it is told to, where that is not what is tried. */
  async patiently(sent: Sent): Promise<Answer> {
    for (let tries = 0; ; tries += 1) {
      const answer = await this.send(sent)
      if (answer.status !== 429 || tries > 3) return answer
      await waitAsTold(answer)
    }
  }
}

function exchange(
  { ca, address }: Target,
  url: URL,
  { method, path, headers }: { method: string; path: string; headers: Record<string, string> },
  payload: string | undefined,
): Promise<Answer> {
  const start = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const asked = request(
    {
      host: address ?? url.hostname,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      servername: url.hostname,
      method,
      path,
      headers: {
        ...headers,
        ...(payload !== undefined && { 'content-length': String(Buffer.byteLength(payload)) }),
      },
      timeout: 30_000,
      agent: false,
      ...(ca !== undefined && { ca }),
    },
    (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('error', reject)
      answer.on('end', () => {
        const code = /"code":"(\w+)"/.exec(body)?.[1]
        const ms = performance.now() - start
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, code, ms })
      })
    },
  )
  asked.on('timeout', () => asked.destroy(new Error('no answer within 30 s')))
  asked.on('error', reject)
  asked.end(payload)
  return promise
}

export interface Person {
  email: string
  password: string
}

export const waitAsTold = ({ headers }: Answer): Promise<void> =>
  sleep((Number(headers['retry-after'] ?? 1) + 1) * 1000)

/** Somebody who signed up and followed the mail. */
export async function newPerson(target: Target, email = freshEmail()): Promise<Person> {
  const visitor = new Visitor(target)
  const person = { email, password }
  must(await visitor.patiently({ method: 'POST', path: '/api/sign-ups', body: person }), 202)
  const { code } = await target.mailbox.next(email)
  must(
    await visitor.patiently({ method: 'POST', path: '/api/sign-ups/activate', body: { token: code } }),
    200,
  )
  return person
}

export async function signedIn(target: Target, person: Person): Promise<Visitor> {
  const visitor = new Visitor(target)
  must(await visitor.patiently({ method: 'POST', path: '/api/session', body: person }), 204)
  return visitor
}

/** The code of a recovery mail. */
export async function recoveryCode(target: Target, email: string): Promise<string> {
  const visitor = new Visitor(target)
  must(await visitor.patiently({ method: 'POST', path: '/api/recoveries', body: { email } }), 202)
  for (;;) {
    const { subject, code } = await target.mailbox.next(email)
    if (subject.startsWith('Choose a new password')) return code
  }
}

/** What has to work for an attack to be one. */
export function must(answer: Answer, status: number): void {
  if (answer.status !== status)
    throw new Error(
      `the way to the attack is blocked: ${answer.status} instead of ${status}: ${answer.body.slice(0, 200)}`,
    )
}
