import { LogController, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'

type Logger = NonNullable<FastifyServerOptions['logger']>

/** The same logger, whose lines tell which address was asked for and not what for: admins search for people's. */
export function withoutQueries(logger: Logger): Logger {
  if (logger === false) return false
  return { ...(logger === true ? {} : logger), serializers: { req: bare } }
}

const bare = ({ method, url, host, ip }: FastifyRequest) => ({
  method,
  url: url.split('?', 1)[0] ?? '',
  host,
  remoteAddress: ip,
})

/**
 * A line for each request when it is over, with all that Fastify would tell in two: the host's journal takes half.
 * Fastify's own is silent about who leaves before the answer.
 */
export class OneLineEach extends LogController {
  override incomingRequest(req: FastifyRequest, res: FastifyReply): void {
    let told = false
    const tell = (message: string) => () => {
      if (!told) req.log.info({ req, res, responseTime: res.elapsedTime }, message)
      told = true
    }
    res.raw.once('finish', tell('answered')).once('close', tell('left before the answer'))
  }

  override requestCompleted(): void {}
}
