import type { FastifyReply, FastifyRequest } from 'fastify'
import { tellAsJson, type Tell } from '../http/errors.ts'
import type { Refusal } from '../http/refusals.ts'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { html } from './html.ts'
import { show } from './layout.ts'

const words = texts.pages.errors

/** Errors as pages where a browser asks for one, and as JSON for programs. */
export function tellFor(parts: Pick<SiteParts, 'settings' | 'site'>): Tell {
  return (refusal, request, reply) =>
    isForPeople(request) ? errorPage(parts, refusal, request, reply) : tellAsJson(refusal)
}

function isForPeople({ url, headers }: FastifyRequest): boolean {
  return !/^\/api(?:[/?]|$)/.test(url) && /\btext\/html\b/.test(headers.accept ?? '')
}

function errorPage(
  parts: Pick<SiteParts, 'settings' | 'site'>,
  { code, statusCode, message, retryAfterSeconds }: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const title =
    words.titles[statusCode as keyof typeof words.titles] ?? words.titles[statusCode < 500 ? 400 : 500]
  const body = html` <p class="eyebrow">${statusCode}</p>
    <h1>${title}</h1>
    <p class="lead">
      ${code === 'TOO_MANY_TRIES' ? texts.pages.tooManyTries(retryAfterSeconds ?? 60) : message}.
    </p>
    <p><a class="button" href="/">${words.home}</a></p>`
  return show(parts, request, reply, { title, body })
}
