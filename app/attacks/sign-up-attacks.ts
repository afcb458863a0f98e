import { anyOf, differs, differsInTime, unlessOnce, unlessRefused, type Attack } from './attack.ts'
import { freshEmail, newPerson, password, Visitor } from './target.ts'

const wrongFields: [string, Record<string, unknown> | string][] = [
  ['no email', { password }],
  ['no password', { email: freshEmail() }],
  ['null', { email: null, password }],
  ['a number', { email: 5, password }],
  ['an array', { email: [freshEmail()], password }],
  ['an object', { email: { $gt: '' }, password }],
  ['a password that is an array', { email: freshEmail(), password: [password] }],
  ['NUL in the address', { email: `a\0${freshEmail()}`, password }],
  ['NUL in the name', { email: freshEmail(), password, name: 'a\0b' }],
  ['an unknown field', { email: freshEmail(), password, isAdmin: true }],
  ['a role', { email: freshEmail(), password, role: 'admin' }],
  ['a status', { email: freshEmail(), password, status: 'active' }],
  ['CRLF in the address', { email: `a@example.net\r\nBcc: victim@example.org`, password }],
  ['CRLF in the name', { email: freshEmail(), password, name: 'a\r\nBcc: victim@example.org' }],
  ['two addresses', { email: 'a@example.net,b@example.net', password }],
  ['a look-alike', { email: 'аda@example.net', password }],
  ['a quoted address', { email: '"a b"@example.net', password }],
  ['an address of 400 characters', { email: `${'a'.repeat(390)}@example.net`, password }],
  ['a name of a megabyte', { email: freshEmail(), password, name: 'x'.repeat(1e6) }],
  ['a password of a megabyte', { email: freshEmail(), password: 'x'.repeat(1e6) }],
  ['broken JSON', '{"email":'],
  ['a prototype', `{"email":"${freshEmail()}","password":"${password}","__proto__":{"role":"admin"}}`],
]

const weak = ['short7!', 'password1', 'qwertyuiop', '12345678', 'aaaaaaaaaaaa', 'Sunshine1']

/** Around getting an account. */
export const signUpAttacks: Attack[] = [
  ...wrongFields.map(([what, body]): Attack => ({
    name: `sign up with ${what}`,
    run: async (target) =>
      unlessRefused(
        await new Visitor(target).post('/api/sign-ups', body, { 'content-type': 'application/json' }),
      ),
  })),
  {
    name: 'sign up with passwords that everybody tries first',
    run: (target) =>
      anyOf(weak, async (one) => {
        const answer = await new Visitor(target).post('/api/sign-ups', { email: freshEmail(), password: one })
        return unlessRefused(answer, one)
      }),
  },
  {
    name: 'sign up with a password that is the address',
    async run(target) {
      const email = freshEmail()
      return unlessRefused(await new Visitor(target).post('/api/sign-ups', { email, password: email }))
    },
  },
  {
    name: 'use an account before its address is confirmed',
    async run(target) {
      const email = freshEmail()
      const visitor = new Visitor(target)
      await visitor.patiently({ method: 'POST', path: '/api/sign-ups', body: { email, password } })
      return unlessRefused(await visitor.post('/api/session', { email, password }))
    },
  },
  {
    name: 'have a mail scanner activate the account by opening its link',
    async run(target) {
      const email = freshEmail()
      const visitor = new Visitor(target)
      await visitor.patiently({ method: 'POST', path: '/api/sign-ups', body: { email, password } })
      const { text, code } = await target.mailbox.next(email)
      if (/https?:\/\/[^\s#]*[\w-]{43}/.test(text)) return 'the code stands where logs keep it'
      for (const path of [
        `/activate#${code}`,
        `/activate?token=${code}`,
        `/api/sign-ups/activate?token=${code}`,
      ])
        await new Visitor(target).send({ path })
      return unlessRefused(await visitor.post('/api/session', { email, password }))
    },
  },
  {
    name: 'make a second account with capital letters',
    async run(target) {
      const { email } = await newPerson(target)
      const shouted = email.toUpperCase()
      const visitor = new Visitor(target)
      await visitor.patiently({
        method: 'POST',
        path: '/api/sign-ups',
        body: { email: shouted, password: `${password} 2` },
      })
      const { code } = await target.mailbox.next(shouted)
      const made = code && (await visitor.post('/api/sign-ups/activate', { token: code })).status === 200
      return made && 'a second account was made'
    },
  },
  {
    name: 'take over an account by signing up with its address',
    async run(target) {
      const { email } = await newPerson(target)
      const visitor = new Visitor(target)
      const other = 'another password 99'
      await visitor.patiently({ method: 'POST', path: '/api/sign-ups', body: { email, password: other } })
      await target.mailbox.next(email)
      return unlessRefused(await visitor.post('/api/session', { email, password: other }))
    },
  },
  {
    name: 'make four accounts at once with one address',
    async run(target) {
      const email = freshEmail()
      const asked = await Promise.all(
        Array.from({ length: 4 }, () =>
          new Visitor(target).patiently({ method: 'POST', path: '/api/sign-ups', body: { email, password } }),
        ),
      )
      const mails = asked.filter(({ status }) => status === 202)
      if (mails.length < 2) throw new Error('fewer than two could be asked for')
      const codes: string[] = []
      for (const _ of mails) codes.push((await target.mailbox.next(email)).code)
      const made = await Promise.all(
        codes.map((token) => new Visitor(target).post('/api/sign-ups/activate', { token })),
      )
      const count = made.filter(({ status }) => status === 200).length
      return count !== 1 && `${count} of ${codes.length} were made`
    },
  },
  {
    name: 'use an activation code eight times at once',
    async run(target) {
      const email = freshEmail()
      await new Visitor(target).patiently({
        method: 'POST',
        path: '/api/sign-ups',
        body: { email, password },
      })
      const { code: token } = await target.mailbox.next(email)
      return unlessOnce(() => new Visitor(target).post('/api/sign-ups/activate', { token }))
    },
  },
  {
    name: 'learn from the answer to a sign-up whether an account exists',
    async run(target) {
      const { email } = await newPerson(target)
      const asked = (address: string) =>
        new Visitor(target).patiently({
          method: 'POST',
          path: '/api/sign-ups',
          body: { email: address, password },
        })
      return differs(await asked(email), await asked(freshEmail()))
    },
  },
  {
    name: 'learn from the time of a sign-up whether an account exists',
    async run(target) {
      const { email } = await newPerson(target)
      const asked = (address: string) => () =>
        new Visitor(target).post('/api/sign-ups', { email: address, password })
      // Three each: more mails to one address are refused.
      return differsInTime(asked(email), asked(freshEmail()), 3)
    },
  },
]
