import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Faults } from '../digitalocean/admin/faults.ts'
import type { Log } from '../digitalocean/wire/request-log.ts'
import type { Account } from './account.ts'
import { answerTo } from './answer-to.ts'
import type { Parameters } from './command.ts'
import { labRoutes } from './lab-routes.ts'
import { RequestCount } from './request-count.ts'
import { strike, type Outgoing } from './strike.ts'

export interface NamecheapOptions {
  account: Account
  /** The only key that opens it. */
  apiKey: string
  log: Log
  clock?: () => Date
}

/** Namecheap's XML API: what delegates a domain, with the real one's refusals. Only for this machine. */
export function createNamecheap(options: NamecheapOptions): FastifyInstance {
  const { account, apiKey, log, clock = () => new Date() } = options
  const app = Fastify({ forceCloseConnections: true })
  const faults = new Faults()
  const count = new RequestCount(clock)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, text: string | Buffer) =>
    String(text),
  )
  app.register(async (lab) => labRoutes(lab, account, faults, clock), { prefix: '/_lab' })
  app.route({
    method: ['GET', 'POST'],
    url: '/xml.response',
    async handler(request, reply) {
      const parameters = parametersOf(request)
      const outgoing = await outgoingFor(request.method, parameters)
      const domain = parameters.get('domainname') ?? namedBy(parameters)
      // No parameters but these: a key is among them.
      log({
        at: clock().toISOString(),
        namecheap: parameters.get('command'),
        domain,
        answer: inShort(outgoing),
      })
      return send(outgoing, reply)
    },
  })
  return app

  async function outgoingFor(method: string, parameters: Parameters): Promise<Outgoing> {
    const command = parameters.get('command') ?? ''
    const fault = faults.meet(method, `/${command.replace(/^namecheap\./i, '')}`)
    // Refused before anything is looked at, by the web server in front.
    if (!count.takes(account.state.requestsPerMinute)) return { status: 405 }
    if (fault?.when === 'before') return strike(fault)
    const xml = await answerTo(parameters, account, apiKey, clock)
    return fault ? strike(fault) : { xml }
  }
}

function send(outgoing: Outgoing, reply: FastifyReply): unknown {
  if ('xml' in outgoing) return reply.type('text/xml; charset=utf-8').send(outgoing.xml)
  if ('status' in outgoing) return reply.code(outgoing.status).type('text/html').send(page(outgoing.status))
  reply.hijack()
  if (outgoing.silence === 'cut') reply.raw.destroy()
  return undefined
}

const inShort = (outgoing: Outgoing): unknown =>
  'xml' in outgoing ? /Status="(\w+)"/.exec(outgoing.xml)?.[1] : Object.values(outgoing)[0]

function parametersOf({ url, body }: FastifyRequest): Parameters {
  const query = url.split('?', 2)[1] ?? ''
  const form = typeof body === 'string' ? body : ''
  const all = [...new URLSearchParams(query), ...new URLSearchParams(form)]
  return new Map(all.map(([name, value]) => [name.toLowerCase(), value]))
}

const namedBy = (parameters: Parameters): string | undefined =>
  parameters.has('sld') ? `${parameters.get('sld')}.${parameters.get('tld')}` : undefined

const page = (status: number): string =>
  `<html>\n<head><title>${status}</title></head>\n<body><center><h1>${status}</h1></center></body>\n</html>\n`
