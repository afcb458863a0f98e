import cookie from '@fastify/cookie'
import session from '@fastify/session'
import { fastify } from 'fastify'
import { Pool } from 'pg'
import { SessionStore } from '../../app/sessions/store.ts'

// What somebody would write in an hour: Fastify and the same session store, without checks, limits or log.
const pool = new Pool({
  host: process.env['PGHOST'],
  database: process.env['PGDATABASE'],
  user: process.env['PGUSER'],
  max: 3,
})
const app = fastify()
await app.register(cookie)
await app.register(session, {
  secret: { sign: (id) => id, unsign: (id) => ({ valid: true, renew: false, value: id }) },
  store: new SessionStore(pool),
  cookieName: 'session',
  cookie: { secure: false },
  saveUninitialized: false,
  rolling: false,
})
app.get('/api/session', async ({ session: { account } }) => ({ account }))
app.get('/healthz', async () => ({ status: 'ok' }))
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
