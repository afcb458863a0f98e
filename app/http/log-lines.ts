import type { FastifyRequest, FastifyServerOptions } from 'fastify'

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
