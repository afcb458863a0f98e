import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import { refusalOf } from '../http/errors.ts'
import type { Code, Refusal } from '../http/refusals.ts'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { errorSummary, type Problem } from './error-summary.ts'
import type { Filled } from './fields.ts'
import { html } from './html.ts'
import { show, type View } from './layout.ts'
import { leadsElsewhere } from './ways.ts'

/** A page with a form, and what its form does; the same shapes and functions as the API's. */
export interface FormPage<Shape extends TObject> {
  path: string
  /** Where its page is, when the form is one of several on a page of another path. */
  on?: string
  shape: Shape
  /** What stands in its path. */
  params?: TObject
  /** Refuses those whom the page is not for, before it is shown and before anything is done. */
  only?: (request: FastifyRequest) => unknown
  view: (filled: Filled, request: FastifyRequest) => View | Promise<View>
  /** Does it; answers the path to go to, or what can be shown this once only. */
  act: (fields: Static<Shape>, request: FastifyRequest, reply: FastifyReply) => Promise<string | View>
  /** The field that a refusal is about; of several, the one that was sent. */
  blame?: Blame
  /** What would lead elsewhere from any other page, and is settled on this one. */
  settles?: Code
}

type Blame = Partial<Record<Code | 'password', string | readonly string[]>>

/** Shows a form, takes it, and shows it again with what was wrong on top. */
export function formPage<Shape extends TObject>(
  app: FastifyInstance,
  parts: SiteParts,
  { path, on, shape, params, only, view, act, blame = {}, settles }: FormPage<Shape>,
): void {
  if (on === undefined)
    app.get(path, { schema: params ? { params } : {} }, async (request, reply) => {
      only?.(request)
      return show(parts, request, reply, await view({ values: {}, errors: {} }, request))
    })

  app.post(
    path,
    {
      schema: { body: shape, ...(params && { params }) },
      attachValidation: true,
      config: { page: on ?? path },
    },
    async (request, reply) => {
      if (request.validationError?.validationContext === 'params') throw request.validationError
      only?.(request)
      try {
        if (request.validationError) throw request.validationError
        const next = await act(request.body as Static<Shape>, request, reply)
        return typeof next === 'string' ? reply.redirect(next, 303) : show(parts, request, reply, next)
      } catch (error) {
        const refusal = refusalOf(error)
        if (!mayTryAgain(refusal) && refusal.code !== settles) throw error
        const problems = problemsOf(refusal, request, Object.keys(shape.properties), blame)
        const again = await view({ values: valuesOf(request, shape), errors: errorsOf(problems) }, request)
        reply.code(refusal.statusCode)
        if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', refusal.retryAfterSeconds)
        const body = html`${errorSummary(problems)}${again.body}`
        return show(parts, request, reply, { ...again, body, wrong: true })
      }
    },
  )
}

/** Whether it helps to see the form again. */
const mayTryAgain = (refusal: Refusal): boolean =>
  (refusal.statusCode < 500 || refusal.code === 'BUSY') && !leadsElsewhere(refusal)

function problemsOf(
  { code, message, fields = {}, retryAfterSeconds }: Refusal,
  request: FastifyRequest,
  order: string[],
  blame: Blame,
): Problem[] {
  const sent = (request.body ?? {}) as Record<string, unknown>
  const blamed = (about: keyof Blame): string | undefined =>
    [blame[about] ?? []].flat().find((field, index, all) => field in sent || index === all.length - 1)
  const found = Object.entries(fields).map(([name, sentence]) => {
    const field = name === 'password' ? (blamed(name) ?? name) : name
    const empty = (sent[field] ?? '') === ''
    return {
      sentence: (empty && texts.pages.missing[field as keyof typeof texts.pages.missing]) || sentence,
      field: order.includes(field) ? field : undefined,
    }
  })
  if (found.length > 0)
    return found.toSorted((a, b) => order.indexOf(a.field ?? '') - order.indexOf(b.field ?? ''))
  const sentence = code === 'TOO_MANY_TRIES' ? texts.pages.tooManyTries(retryAfterSeconds ?? 60) : message
  return [{ sentence, field: blamed(code) }]
}

const errorsOf = (problems: Problem[]): Record<string, string> =>
  Object.fromEntries(
    problems.flatMap(({ field, sentence }) => (field === undefined ? [] : [[field, sentence]])),
  )

/** What was typed, as far as it is text; which of it may be shown again is each field's decision. */
function valuesOf({ body }: FastifyRequest, { properties }: TObject): Record<string, string> {
  const sent = Object.entries((body ?? {}) as Record<string, unknown>)
  return Object.fromEntries(
    sent.filter(
      (pair): pair is [string, string] => Object.hasOwn(properties, pair[0]) && typeof pair[1] === 'string',
    ),
  )
}
