import type { FastifyInstance } from 'fastify'
import { ApiError } from '../wire/errors.ts'

const ownNames = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i
const ownAddresses = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/

/** Lets in programs of this machine, and no page that a browser on it happens to show. */
export function onlyFromHere(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers, socket, method }) => {
    if (!ownAddresses.test(socket.remoteAddress ?? '')) throw refused('answers this machine only')
    // A foreign name that leads to 127.0.0.1 is how a web page would get here.
    if (!ownNames.test(headers.host ?? ''))
      throw refused('is asked for as 127.0.0.1, localhost or [::1], by no other name')
    const { origin } = headers
    if (origin !== undefined && !ownNames.test(origin.replace(/^https?:\/\//, '')))
      throw refused('does not answer pages of other sites')
    // What a form of any page can send without asking first.
    if (method === 'POST' && !/^application\/json\b/i.test(headers['content-type'] ?? ''))
      throw new ApiError(
        415,
        'unsupported_media_type',
        'POST /_lab/… takes JSON: content-type application/json',
      )
  })
}

const refused = (why: string) => new ApiError(403, 'forbidden', `/_lab ${why}.`)
