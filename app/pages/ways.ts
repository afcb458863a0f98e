import type { FastifyReply, FastifyRequest } from 'fastify'
import { refusalOf } from '../http/errors.ts'
import type { Code, Refusal } from '../http/refusals.ts'
import type { texts } from '../texts/en.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page that a form is on. */
    page?: string
  }
}

/** What people have to do first, and where. */
const first: Partial<Record<Code, string>> = {
  NOT_SIGNED_IN: '/sign-in',
  SIGN_IN_AGAIN: '/sign-in',
  CONFIRM_FIRST: '/confirm',
  FACTOR_NEEDED: '/confirm',
  ENROL_FACTOR_FIRST: '/account/factors',
}

export const leadsElsewhere = ({ code }: Refusal): boolean => code in first

/** What they are told there, where the page itself does not say why they are on it. */
const why: Partial<Record<Code, Done>> = { SIGN_IN_AGAIN: 'sign-in-again', ENROL_FACTOR_FIRST: 'enrol-first' }

/** Sends people to what they have to do first, and from there back to where they wanted to go. */
export function leadElsewhere(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code } = refusalOf(error)
  const path = first[code]
  if (path === undefined) throw error
  // A second step that is over can't be gone back to, only what lay behind it.
  const next = code === 'SIGN_IN_AGAIN' ? nextOf(request) : pageOf(request)
  const query = new URLSearchParams()
  if (next !== undefined && next !== '/') query.set('next', next)
  if (why[code] !== undefined) query.set('done', why[code])
  return reply.redirect(query.size > 0 ? `${path}?${query.toString()}` : path, 303)
}

/** The page that a request is about; that of a form, which can't be looked at itself. */
function pageOf({ routeOptions, params, url }: FastifyRequest): string {
  const given = (params ?? {}) as Record<string, string>
  const page = routeOptions.config.page?.replaceAll(/:(\w+)/g, (_all, name: string) => given[name] ?? '')
  return page ?? url.split('?', 1)[0] ?? '/'
}

/** Where somebody wanted to go: a path of this site in plain letters, or nothing. */
export const nextOf = (request: FastifyRequest): string | undefined =>
  queried(request, 'next', /^(?=.{1,200}$)(?:\/[a-z0-9-]+)+$/)

/** One text of what stands behind ?, if it has the form that it should have. */
export function queried({ query }: FastifyRequest, name: string, form: RegExp): string | undefined {
  const value = (query as Record<string, unknown>)[name]
  return typeof value === 'string' && form.test(value) ? value : undefined
}

/** The same page with the wish to go on, for the forms on it. */
export const withNext = (path: string, request: FastifyRequest): string => {
  const next = nextOf(request)
  return next === undefined ? path : `${path}?next=${encodeURIComponent(next)}`
}

export type Done = keyof typeof texts.pages.done

/** The path of a page that says first what was just done. */
export const toldAt = (path: string, done: Done): string => `${path}?done=${done}`
