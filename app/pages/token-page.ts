import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fields, Token } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { tokenField } from './fields.ts'
import { formPage, type FormPage } from './form-page.ts'
import { html, type Part } from './html.ts'

const shape = Fields({ token: Token })

interface TokenPage extends Pick<FormPage<typeof shape>, 'path' | 'only'> {
  words: { title: string; lead: string; button: string }
  /** A way out for those whose link has gone stale. */
  aside?: Part
  act: (token: string, request: FastifyRequest) => Promise<string>
}

/** Where a mailed link leads: one button, because programs that look for bad links in mails follow each of them. */
export function tokenPage(
  app: FastifyInstance,
  parts: SiteParts,
  { path, only, words, aside, act }: TokenPage,
): void {
  formPage(app, parts, {
    path,
    shape,
    ...(only && { only }),
    view: (filled) => ({
      title: words.title,
      body: html` <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <form method="post" action="${path}" novalidate>
          ${tokenField(filled)}
          <button class="button">${words.button}</button>
        </form>
        ${aside && html`<p class="aside">${aside}</p>`}`,
    }),
    act: ({ token }, request) => act(token, request),
  })
}
