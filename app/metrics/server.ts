import { createServer, type Server, type ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Parts } from '../parts.ts'
import { EventLoop } from './event-loop.ts'
import { readMetrics, type MetricParts } from './read-metrics.ts'
import { asText, contentType } from './text.ts'

/** `GET /metrics` on a socket of its own, which only this machine reaches; no site has anything of it. */
export function metricsServer(parts: MetricParts): Server {
  const eventLoop = new EventLoop()
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('GET /metrics\n')
      return
    }
    void answer(response, parts, eventLoop)
  })
  return server.on('close', () => eventLoop.stop())
}

async function answer(response: ServerResponse, parts: MetricParts, eventLoop: EventLoop): Promise<void> {
  const text = asText(await readMetrics(parts, eventLoop))
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text)
}

/** Counts a site's answers. */
export function countRequests(
  app: FastifyInstance,
  { counters }: Pick<Parts, 'counters'>,
  site: string,
): void {
  app.addHook('onResponse', async (_request, reply) => counters.countRequest(site, reply.statusCode))
}
