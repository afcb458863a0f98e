import { anyOf, differs, differsInTime, unlessRefused, type Attack } from './attack.ts'
import { freshEmail, must, newPerson, overTls, password, signedIn, Visitor } from './target.ts'

const wrong = 'not the password 1'
const wrongFields: [string, unknown][] = [
  ['no password', { email: 'a@example.net' }],
  ['null', { email: 'a@example.net', password: null }],
  ['true', { email: 'a@example.net', password: true }],
  ['an array', { email: ['a@example.net'], password }],
  ['an object', { email: 'a@example.net', password: { $ne: '' } }],
  ['SQL', { email: "a@example.net' or 1=1 --", password }],
  ['NUL', { email: 'a@example.net\0', password }],
  ['an array instead of all', []],
  ['a text instead of all', '"text"'],
]

const sessionOf = ({ cookies }: Visitor): [string, string] =>
  [...cookies].find(([name]) => name.endsWith('session')) ?? ['', '']

/** Around signing in and what a session is. */
export const signInAttacks: Attack[] = [
  ...wrongFields.map(([what, body]): Attack => ({
    name: `sign in with ${what}`,
    run: async (target) =>
      unlessRefused(
        await new Visitor(target).post('/api/session', body, { 'content-type': 'application/json' }),
      ),
  })),
  {
    name: 'learn from the answer to a sign-in whether an account exists',
    async run(target) {
      const { email } = await newPerson(target)
      const tried = (address: string) =>
        new Visitor(target).post('/api/session', { email: address, password: wrong })
      return differs(await tried(email), await tried(freshEmail()))
    },
  },
  {
    name: 'learn from the time of a sign-in whether an account exists',
    async run(target) {
      const { email } = await newPerson(target)
      const tried = (address: string) => () =>
        new Visitor(target).post('/api/session', { email: address, password: wrong })
      return differsInTime(tried(email), tried(freshEmail()))
    },
  },
  {
    name: 'guess the password of one account thirty times',
    async run(target) {
      const { email } = await newPerson(target)
      const visitor = new Visitor(target)
      for (let tries = 1; tries <= 30; tries += 1) {
        const answer = await visitor.post('/api/session', { email, password: `${wrong}${tries}` })
        if (answer.status === 429)
          return answer.headers['retry-after'] === undefined ? 'nobody is told how long to wait' : undefined
      }
      return 'thirty tries were let through'
    },
  },
  {
    name: 'guess at one account from thirty networks',
    async run(target) {
      const { email } = await newPerson(target)
      for (let tries = 1; tries <= 30; tries += 1) {
        const visitor = new Visitor(target)
        const forged = target.asProxy
          ? {}
          : { 'x-forwarded-for': `203.0.113.${tries}`, forwarded: `for=203.0.113.${tries}` }
        const answer = await visitor.post('/api/session', { email, password: `${wrong}${tries}` }, forged)
        if (answer.status === 429) return undefined
      }
      return 'thirty tries were let through'
    },
  },
  {
    name: 'lock the owner out by guessing',
    async run(target) {
      const person = await newPerson(target)
      const own = await signedIn(target, person)
      for (let tries = 1; tries <= 12; tries += 1)
        await new Visitor(target).post('/api/session', { email: person.email, password: `${wrong}${tries}` })
      const again = await own.post('/api/session', person)
      return again.status !== 204 && `the owner's own browser gets ${again.status}`
    },
  },
  {
    name: 'give a victim a session that the attacker knows',
    async run(target) {
      const person = await newPerson(target)
      const visitor = await signedIn(target, person)
      const [name, known] = sessionOf(visitor)
      const victim = new Visitor(target)
      const planted = 'A'.repeat(known.length)
      victim.cookies.set(name, planted)
      must(await victim.patiently({ method: 'POST', path: '/api/session', body: person }), 204)
      return sessionOf(victim)[1] === planted && 'the planted id was taken over'
    },
  },
  {
    name: 'go on with the session of before after signing in again',
    async run(target) {
      const person = await newPerson(target)
      const visitor = await signedIn(target, person)
      const [name, before] = sessionOf(visitor)
      must(await visitor.patiently({ method: 'POST', path: '/api/session', body: person }), 204)
      if (sessionOf(visitor)[1] === before) return 'the id stays the same'
      const thief = new Visitor(target)
      thief.cookies.set(name, before)
      return unlessRefused(await thief.send({ path: '/api/session' }))
    },
  },
  {
    name: 'go on with a session that was signed out',
    async run(target) {
      const visitor = await signedIn(target, await newPerson(target))
      const [name, before] = sessionOf(visitor)
      must(await visitor.send({ method: 'DELETE', path: '/api/session' }), 204)
      const thief = new Visitor(target)
      thief.cookies.set(name, before)
      return unlessRefused(await thief.send({ path: '/api/session' }))
    },
  },
  {
    name: 'read the session cookie by script, over plain HTTP or from another host',
    async run(target) {
      const visitor = new Visitor(target)
      const answer = await visitor.patiently({
        method: 'POST',
        path: '/api/session',
        body: await newPerson(target),
      })
      const lines = (answer.headers['set-cookie'] ?? []).map((line) => line.toLowerCase())
      const secure = overTls(target)
      return anyOf(lines, async (line) => {
        const wanted = ['httponly', 'samesite=', 'path=/', ...(secure ? ['secure', '__host-'] : [])]
        const missing = wanted.filter((word) => !line.includes(word))
        return (
          (missing.length > 0 || line.includes('domain=')) &&
          `a cookie lacks ${missing.join(', ') || 'its own host'}`
        )
      })
    },
  },
  {
    name: 'come in with a made-up cookie',
    run: (target) =>
      anyOf(
        ['x', 'A'.repeat(43), '../../etc/passwd', "' or '1'='1", 'x'.repeat(3000), '%00'],
        async (value) => {
          const visitor = new Visitor(target)
          visitor.cookies.set(overTls(target) ? '__Host-session' : 'session', value)
          return unlessRefused(await visitor.send({ path: '/api/session' }), value.slice(0, 20))
        },
      ),
  },
  {
    name: 'have the password end up in a log, by GET',
    async run(target) {
      const { email } = await newPerson(target)
      const path = `/api/session?email=${email}&password=${encodeURIComponent(password)}`
      const visitor = new Visitor(target)
      await visitor.send({ path })
      return unlessRefused(await visitor.send({ path: '/api/session' }))
    },
  },
  {
    name: 'end a session of somebody else',
    async run(target) {
      const [one, other] = [
        await signedIn(target, await newPerson(target)),
        await signedIn(target, await newPerson(target)),
      ]
      const listed = await one.send({ path: '/api/sessions' })
      const { sessions } = JSON.parse(listed.body) as { sessions: { id: string }[] }
      await anyOf(sessions, async ({ id }) =>
        unlessRefused(await other.send({ method: 'DELETE', path: `/api/sessions/${id}` })),
      )
      return (await one.send({ path: '/api/session' })).status !== 200 && 'it was ended'
    },
  },
  {
    name: 'change the password without knowing it, and keep a stolen session after a change',
    async run(target) {
      const person = await newPerson(target)
      const [thief, own] = [await signedIn(target, person), await signedIn(target, person)]
      const wish = { currentPassword: wrong, newPassword: 'another password 77' }
      const through = unlessRefused(await thief.send({ method: 'PUT', path: '/api/password', body: wish }))
      if (through) return through
      must(
        await own.send({
          method: 'PUT',
          path: '/api/password',
          body: { ...wish, currentPassword: password },
        }),
        204,
      )
      return unlessRefused(await thief.send({ path: '/api/session' }), 'the stolen session')
    },
  },
]
