import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import formbody from '@fastify/formbody'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Markup } from './html.ts'
import type { Mailbox } from './mailbox.ts'
import { readAttachment } from './message.ts'
import { bodyDocument, listPage, messagePage, missingPage, type SmtpAccess } from './views.ts'

const files = {
  '/mailbox.css': 'text/css; charset=utf-8',
  '/mailbox.js': 'text/javascript; charset=utf-8',
  '/envelope.svg': 'image/svg+xml',
}
const pagePolicy = [
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'",
  "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
].join('; ')
/** For a stranger's markup: its own styles and pictures, nothing that runs, nothing from the network. */
const bodyPolicy = [
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'",
  "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
].join('; ')
const shownMessages = 200

/** The mailbox as pages for people and as JSON for tests. */
export async function mailboxPage(mailbox: Mailbox, smtp: SmtpAccess): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(formbody)

  // Mails carry links that sign people in: no other site may read them by a name of its own (DNS rebinding),
  // or have them deleted by a form.
  app.addHook('onRequest', async (request, reply) => {
    const refused = whyRefused(request)
    if (refused) await reply.code(403).send({ message: refused })
  })
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', pagePolicy)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    reply.header('x-dns-prefetch-control', 'off')
    reply.header('cache-control', 'no-store')
  })

  for (const [path, type] of Object.entries(files)) {
    const content = await readFile(join(import.meta.dirname, 'public', path))
    app.get(path, async (_request, reply) => reply.type(type).send(content))
  }

  app.get('/', async (_request, reply) => {
    const [messages, count] = await Promise.all([mailbox.newest(shownMessages), mailbox.count()])
    return send(reply, listPage(messages, count, smtp, new Date()))
  })

  app.get<{ Params: { id: string } }>('/mail/:id', async ({ params }, reply) => {
    const message = await mailbox.read(params.id)
    return message ? send(reply, messagePage(message, new Date())) : send(reply.code(404), missingPage())
  })

  app.post('/delete', async (_request, reply) => {
    await mailbox.clear()
    return reply.redirect('/', 303)
  })

  app.get<{ Querystring: { limit?: string } }>('/messages', async ({ query }) =>
    mailbox.newest(Math.min(Number(query.limit) || shownMessages, 1000)),
  )

  app.delete('/messages', async (_request, reply) => {
    await mailbox.clear()
    return reply.code(204).send()
  })

  app.get<{ Params: { id: string } }>('/messages/:id', async ({ params }, reply) => {
    return (await mailbox.read(params.id)) ?? reply.callNotFound()
  })

  app.get<{ Params: { id: string } }>('/messages/:id/source', async ({ params }, reply) => {
    const source = await mailbox.source(params.id)
    if (!source) return reply.callNotFound()
    return download(reply, 'message/rfc822', `${params.id}.eml`).send(source)
  })

  app.get<{ Params: { id: string } }>('/messages/:id/body', async ({ params }, reply) => {
    const message = await mailbox.read(params.id)
    if (!message?.html) return reply.callNotFound()
    reply.header('content-security-policy', bodyPolicy)
    return reply.type('text/html; charset=utf-8').send(bodyDocument(message.html))
  })

  app.get<{ Params: { id: string; index: string } }>(
    '/messages/:id/attachments/:index',
    async ({ params }, reply) => {
      const index = Number(params.index)
      const source = await mailbox.source(params.id)
      const content = source && (await readAttachment(source, index))
      const filename = (await mailbox.read(params.id))?.attachments[index]?.filename
      if (!content || filename === undefined) return reply.callNotFound()
      return download(reply, 'application/octet-stream', filename).send(content)
    },
  )

  return app
}

function send(reply: FastifyReply, markup: Markup): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(markup.text)
}

function download(reply: FastifyReply, type: string, filename: string): FastifyReply {
  const name = encodeURIComponent(filename.toWellFormed()).replaceAll("'", '%27')
  return reply.type(type).header('content-disposition', `attachment; filename*=UTF-8''${name}`)
}

function whyRefused({ hostname, method, headers }: FastifyRequest): string | undefined {
  if (!isLocalName(hostname)) return 'Ask by a name of this machine, such as 127.0.0.1'
  const site = headers['sec-fetch-site'] ?? 'none'
  const changes = method !== 'GET' && method !== 'HEAD'
  if (changes && site !== 'none' && site !== 'same-origin') return 'Only this page may do that'
  return undefined
}

function isLocalName(hostname: string): boolean {
  const name = hostname.toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || /^(127(\.\d+){3}|\[?::1\]?)$/.test(name)
}
