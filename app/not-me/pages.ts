import type { FastifyInstance } from 'fastify'
import { tokenPage } from '../pages/token-page.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { notMe } from './not-me.ts'

/** Where the link of each notice leads: everybody out, then a new password. */
export function notMePage(app: FastifyInstance, parts: SiteParts): void {
  tokenPage(app, parts, {
    path: '/not-me',
    words: texts.pages.notMe,
    async act(token, request) {
      await notMe(parts, clientOf(request), token)
      return toldAt('/recover', 'not-me')
    },
  })
}
