import { anyOf, differs, differsInTime, unlessOnce, unlessRefused, type Attack } from './attack.ts'
import {
  freshEmail,
  must,
  newPerson,
  password,
  recoveryCode,
  signedIn,
  Visitor,
  type Target,
} from './target.ts'

const fresh = 'a brand new password 5'
const reset = (target: Target, token: unknown, chosen: unknown = fresh) =>
  new Visitor(target).post('/api/recoveries/reset', { token, password: chosen })

/** Around mailed codes. */
export const recoveryAttacks: Attack[] = [
  {
    name: 'learn from the answer to a recovery whether an account exists',
    async run(target) {
      const { email } = await newPerson(target)
      const asked = (address: string) =>
        new Visitor(target).patiently({ method: 'POST', path: '/api/recoveries', body: { email: address } })
      return differs(await asked(email), await asked(freshEmail()))
    },
  },
  {
    name: 'learn from the time of a recovery whether an account exists',
    async run(target) {
      const { email } = await newPerson(target)
      const asked = (address: string) => () => new Visitor(target).post('/api/recoveries', { email: address })
      return differsInTime(asked(email), asked(freshEmail()), 3)
    },
  },
  {
    name: 'send twenty mails to one victim',
    async run(target) {
      const { email } = await newPerson(target)
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => new Visitor(target).post('/api/recoveries', { email })),
      )
      const let_ = answers.filter(({ status }) => status < 400).length
      return let_ > 5 && `${let_} were let through`
    },
  },
  {
    name: 'use a reset code eight times at once',
    async run(target) {
      const { email } = await newPerson(target)
      const token = await recoveryCode(target, email)
      return unlessOnce((index) => reset(target, token, `${fresh}${index}`))
    },
  },
  {
    name: 'use an older reset code after a newer one was used',
    async run(target) {
      const { email } = await newPerson(target)
      const older = await recoveryCode(target, email)
      const newer = await recoveryCode(target, email)
      must(await reset(target, newer), 200)
      return unlessRefused(await reset(target, older, `${fresh} 2`))
    },
  },
  {
    name: 'reset a password with codes of another kind, and with none',
    async run(target) {
      const email = freshEmail()
      await new Visitor(target).patiently({
        method: 'POST',
        path: '/api/sign-ups',
        body: { email, password },
      })
      const { code } = await target.mailbox.next(email)
      const tokens = [
        code,
        '',
        'x',
        null,
        [code],
        { $ne: '' },
        '%',
        'A'.repeat(43),
        'x'.repeat(5000),
        "' or 1=1 --",
      ]
      return anyOf(tokens, async (token) =>
        unlessRefused(await reset(target, token), JSON.stringify(token).slice(0, 20)),
      )
    },
  },
  {
    name: 'guess reset codes sixty times',
    async run(target) {
      const visitor = new Visitor(target)
      for (let tries = 1; tries <= 60; tries += 1) {
        const token = `${tries}`.padStart(43, 'A')
        if ((await visitor.post('/api/recoveries/reset', { token, password: fresh })).status === 429)
          return undefined
      }
      return 'sixty were let through'
    },
  },
  {
    name: 'keep a stolen session after the owner has reset the password',
    async run(target) {
      const person = await newPerson(target)
      const thief = await signedIn(target, person)
      must(await reset(target, await recoveryCode(target, person.email)), 200)
      return unlessRefused(await thief.send({ path: '/api/session' }))
    },
  },
  {
    name: 'be signed in by a reset code',
    async run(target) {
      const { email } = await newPerson(target)
      const visitor = new Visitor(target)
      const token = await recoveryCode(target, email)
      must(await visitor.post('/api/recoveries/reset', { token, password: fresh }), 200)
      return unlessRefused(await visitor.send({ path: '/api/session' }))
    },
  },
  {
    name: 'choose a weak password by a reset',
    async run(target) {
      const { email } = await newPerson(target)
      const token = await recoveryCode(target, email)
      return anyOf(['12345678', 'short', email], async (one) =>
        unlessRefused(await reset(target, token, one), one),
      )
    },
  },
  {
    name: 'have the mail name a host of the attacker',
    async run(target) {
      const { email } = await newPerson(target)
      const forged = [
        { host: 'evil.example' },
        { 'x-forwarded-host': 'evil.example' },
        { forwarded: 'host=evil.example' },
        { 'x-original-host': 'evil.example', 'x-host': 'evil.example' },
      ]
      for (const headers of forged.slice(0, 3))
        await new Visitor(target).post('/api/recoveries', { email }, headers)
      await new Visitor(target).patiently({ method: 'POST', path: '/api/recoveries', body: { email } })
      const { text } = await target.mailbox.next(email)
      return text.includes('evil.example') && 'the mail does'
    },
  },
  {
    name: 'find the code where a proxy logs it',
    async run(target) {
      const { email } = await newPerson(target)
      await new Visitor(target).patiently({ method: 'POST', path: '/api/recoveries', body: { email } })
      const { text } = await target.mailbox.next(email)
      return /https?:\/\/[^\s#]*[\w-]{43}/.test(text) && 'it stands in the path or the query'
    },
  },
]
