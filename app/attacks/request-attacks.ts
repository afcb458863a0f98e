import { anyOf, unlessRefused, type Attack } from './attack.ts'
import { freshEmail, must, newPerson, overTls, password, signedIn, Visitor } from './target.ts'

const crossSite: [string, Record<string, string | undefined>, string][] = [
  ['says so itself', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, '{}'],
  ['is a sister of ours', { 'sec-fetch-site': 'same-site', 'content-type': 'application/json' }, '{}'],
  [
    'has another origin',
    { 'sec-fetch-site': undefined, origin: 'https://evil.example', 'content-type': 'application/json' },
    '{}',
  ],
  [
    'has the origin null',
    { 'sec-fetch-site': undefined, origin: 'null', 'content-type': 'application/json' },
    '{}',
  ],
  [
    'sends JSON as text/plain',
    { 'sec-fetch-site': undefined, origin: undefined, 'content-type': 'text/plain' },
    '{}',
  ],
  [
    'sends a form',
    { 'sec-fetch-site': undefined, origin: undefined, 'content-type': 'application/x-www-form-urlencoded' },
    'a=b',
  ],
  [
    'sends a multipart form',
    { 'sec-fetch-site': undefined, origin: undefined, 'content-type': 'multipart/form-data; boundary=x' },
    '--x--',
  ],
]

const hidden = [
  '/.env',
  '/.git/config',
  '/server.mjs',
  '/migrate.mjs',
  '/env',
  '/migrations/0001-accounts.sql',
  '/package.json',
  '/debug',
  '/sentry-debug',
  '/metrics',
  '/admin',
  '/api/admin/accounts',
  '/api/admin/numbers',
  '/accounts',
  '/api/docs',
  '/../../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2fetc%2fpasswd',
  '/style.css/../../env',
  '//evil.example/',
]

/** Around HTTP itself. */
export const requestAttacks: Attack[] = [
  ...crossSite.map(([what, headers, body]): Attack => ({
    name: `change something from a page that ${what}`,
    async run(target) {
      const visitor = await signedIn(target, await newPerson(target))
      const paths = [
        '/api/session',
        '/api/sessions',
        '/api/recoveries',
        '/api/sign-ups',
        '/sign-in',
        '/sign-out',
        '/sign-up',
      ]
      const through = await anyOf(paths, async (path) =>
        unlessRefused(await visitor.post(path, body, headers), path),
      )
      if (through) return through
      return (await visitor.send({ path: '/api/session' })).status !== 200 && 'it signed the victim out'
    },
  })),
  {
    name: 'be allowed by CORS',
    async run(target) {
      const headers = {
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
        'access-control-request-method': 'POST',
      }
      const visitor = new Visitor(target)
      const answers = [
        await visitor.send({ method: 'OPTIONS', path: '/api/session', headers }),
        await visitor.send({ path: '/api/session', headers }),
      ]
      return anyOf(
        answers,
        async (answer) => answer.headers['access-control-allow-origin'] !== undefined && 'it is',
      )
    },
  },
  {
    name: 'come in by a host name that is not its own',
    run: (target) =>
      anyOf(['evil.example', 'localhost', 'app.example.com.evil.example', ''], async (host) => {
        const answer = await new Visitor(target).send({ path: '/sign-in', headers: { host } })
        return answer.status < 400 && `${host} answers ${answer.status}`
      }),
  },
  {
    name: 'use methods that nobody asked for',
    async run(target) {
      const through = await anyOf(['TRACE', 'PUT', 'PATCH', 'PROPFIND', 'LOCK', 'SEARCH'], async (method) => {
        const answer = await new Visitor(target).send({ method, path: '/api/session' })
        return answer.status < 400 || answer.status >= 500 ? `${method} answers ${answer.status}` : undefined
      })
      if (through) return through
      const override = await new Visitor(target).post(
        '/api/session',
        {},
        { 'x-http-method-override': 'DELETE' },
      )
      return (
        unlessRefused(override) ??
        ((await new Visitor(target).send({ path: '/healthz' })).status !== 200 && 'it fell over')
      )
    },
  },
  {
    name: 'find what is none of a stranger’s business',
    run: (target) =>
      anyOf(hidden, async (path) => {
        const { status } = await new Visitor(target).send({ path })
        return (status < 300 || status >= 500) && `${path} answers ${status}`
      }),
  },
  {
    name: 'be sent on to another site',
    async run(target) {
      const person = await newPerson(target)
      const form = `email=${encodeURIComponent(person.email)}&password=${encodeURIComponent(password)}`
      const evil = encodeURIComponent('https://evil.example/')
      return anyOf(['next', 'return', 'redirect', 'url', 'to'], async (name) => {
        const answer = await new Visitor(target).post(`/sign-in?${name}=${evil}`, `${form}&${name}=${evil}`, {
          'content-type': 'application/x-www-form-urlencoded',
        })
        return (answer.headers.location ?? '').includes('evil.example') && `by ${name}`
      })
    },
  },
  {
    name: 'run a script of one’s own in a page',
    async run(target) {
      const visitor = await signedIn(target, await newPerson(target))
      const name = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
      must(await visitor.send({ method: 'PATCH', path: '/api/account', body: { name } }), 200)
      return anyOf(['/account', '/account/sessions', '/account/history', '/'], async (path) => {
        const { body, headers } = await visitor.send({ path })
        if (/<script>alert|<img src=x/.test(body)) return `${path} holds it`
        const policy = String(headers['content-security-policy'] ?? '')
        return (
          (!policy.includes("default-src 'none'") || /unsafe-(inline|eval)/.test(policy)) &&
          `${path} would run it`
        )
      })
    },
  },
  {
    name: 'frame a page, guess its type or find it in a cache',
    run: (target) =>
      anyOf(['/sign-in', '/api/session'], async (path) => {
        const { headers } = await new Visitor(target).send({ path })
        const wanted: [string, RegExp][] = [
          ['content-security-policy', /frame-ancestors 'none'/],
          ['content-security-policy', /object-src 'none'|default-src 'none'/],
          ['content-security-policy', /base-uri 'none'/],
          ['x-content-type-options', /^nosniff$/],
          ['cache-control', /no-store/],
          ['referrer-policy', /./],
          ['cross-origin-opener-policy', /same-origin/],
          ...(overTls(target) ? [['strict-transport-security', /max-age=(\d{8,})/] as [string, RegExp]] : []),
        ]
        const missing = wanted.filter(([header, pattern]) => !pattern.test(String(headers[header] ?? '')))
        if (missing.length > 0) return `${path} lacks ${missing.map(([header]) => header).join(', ')}`
        return (
          (headers['server'] !== undefined || headers['x-powered-by'] !== undefined) &&
          `${path} names what serves it`
        )
      }),
  },
  {
    name: 'read more of an account than its owner’s page needs',
    async run(target) {
      const visitor = await signedIn(target, await newPerson(target))
      return anyOf(['/api/session', '/api/account', '/api/sessions'], async (path) => {
        const { body } = await visitor.send({ path })
        return /argon2|digest|salt|hash/i.test(body) && `${path} tells of the password`
      })
    },
  },
  {
    name: 'give oneself rights by fields that nobody asked for',
    async run(target) {
      const visitor = await signedIn(target, await newPerson(target))
      return anyOf(['role', 'status', 'email', 'id', 'createdAt'], async (field) =>
        unlessRefused(
          await visitor.send({
            method: 'PATCH',
            path: '/api/account',
            body: { name: 'x', [field]: 'admin' },
          }),
          field,
        ),
      )
    },
  },
  {
    name: 'learn by an address change whether an account exists',
    async run(target) {
      const [one, other] = [await newPerson(target), await newPerson(target)]
      const visitor = await signedIn(target, one)
      const changed = (email: string) =>
        visitor.send({ method: 'PUT', path: '/api/account/email', body: { email } })
      const [taken, free] = [await changed(other.email), await changed(freshEmail())]
      return (
        (taken.status !== free.status || taken.body !== free.body) &&
        `answers ${taken.status} and ${free.status}`
      )
    },
  },
  {
    name: 'do what asks for somebody signed in, without being so',
    run: (target) =>
      anyOf(
        [
          ['GET', '/api/session'],
          ['GET', '/api/sessions'],
          ['DELETE', '/api/sessions'],
          ['GET', '/api/account'],
          ['PATCH', '/api/account'],
          ['DELETE', '/api/account'],
          ['GET', '/api/account/export'],
          ['PUT', '/api/account/email'],
          ['GET', '/api/account/history'],
          ['PUT', '/api/password'],
          ['GET', '/api/factors'],
          ['POST', '/api/factors/totp'],
          ['POST', '/api/factors/recovery-codes'],
          ['POST', '/api/session/confirm'],
          ['POST', '/api/session/second-factor'],
        ] as const,
        async ([method, path]) =>
          unlessRefused(
            await new Visitor(target).send({ method, path, ...(method !== 'GET' && { body: {} }) }),
            path,
          ),
      ),
  },
  {
    name: 'work as an admin without being one',
    admin: true,
    async run(target) {
      const person = await newPerson(target)
      const visitor = new Visitor(target, 'admin')
      const paths = [
        '/api/admin/accounts',
        '/api/admin/numbers?days=30',
        '/api/admin/accounts/00000000-0000-0000-0000-000000000000',
      ]
      const before = await anyOf(paths, async (path) => unlessRefused(await visitor.send({ path }), path))
      if (before) return before
      await visitor.post('/api/session', person)
      return anyOf(paths, async (path) => unlessRefused(await visitor.send({ path }), `${path} for a member`))
    },
  },
  {
    name: 'use a session of the app on the admins’ site',
    admin: true,
    async run(target) {
      const visitor = await signedIn(target, await newPerson(target))
      const other = new Visitor(target, 'admin')
      for (const [name, value] of visitor.cookies) other.cookies.set(name, value)
      return unlessRefused(await other.send({ path: '/api/admin/accounts' }))
    },
  },
]
