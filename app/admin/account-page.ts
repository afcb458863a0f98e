import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import { Fields } from '../http/shapes.ts'
import { formPage } from '../pages/form-page.ts'
import { page, type View } from '../pages/layout.ts'
import { queried, toldAt, type Done } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { accountBody } from './account-body.ts'
import {
  changeRole,
  disableAccount,
  enableAccount,
  endSessionsOf,
  removeFactorsOf,
  startDeletion,
  startReset,
} from './acts.ts'
import { actingAdmin } from './guard.ts'
import { AccountId, NewRole, Reason } from './shapes.ts'
import { viewAccount } from './view.ts'

const path = '/accounts/:id'
const historyLength = 10

const idOf = (request: FastifyRequest): string => (request.params as Static<typeof AccountId>).id

/** One account: all that admins may know of it, and what they may do about it. */
export function accountPage(app: FastifyInstance, parts: SiteParts): void {
  const view = async (request: FastifyRequest): Promise<View> => {
    const before = queried(request, 'before', /^\d{1,18}$/)
    const shown = await viewAccount(parts, request, {
      id: idOf(request),
      limit: historyLength,
      ...(before !== undefined && { before }),
    })
    return { title: shown.account.email, body: accountBody(shown) }
  }
  page(app, parts, path, view, AccountId)

  const act = <Shape extends TObject>(
    name: string,
    done: Done,
    shape: Shape,
    work: (request: FastifyRequest, id: string, fields: Static<Shape>) => Promise<unknown>,
  ): void =>
    formPage(app, parts, {
      path: `${path}/${name}`,
      on: path,
      params: AccountId,
      shape,
      only: actingAdmin,
      view: (_filled, request) => view(request),
      async act(fields, request) {
        const id = idOf(request)
        await work(request, id, fields)
        return toldAt(`/accounts/${id}`, done)
      },
    })

  const nothing = Fields({})
  act('disable', 'account-disabled', Reason, (request, id, { reason }) =>
    disableAccount(parts, request, id, reason),
  )
  act('enable', 'account-enabled', nothing, (request, id) => enableAccount(parts, request, id))
  act('reset', 'reset-started', nothing, (request, id) => startReset(parts, request, id))
  act('end-sessions', 'their-sessions-ended', nothing, (request, id) => endSessionsOf(parts, request, id))
  act('remove-factors', 'their-factors-removed', nothing, (request, id) =>
    removeFactorsOf(parts, request, id),
  )
  act('role', 'role-changed', NewRole, (request, id, { role }) => changeRole(parts, request, id, role))
  act('delete', 'deletion-started', nothing, (request, id) => startDeletion(parts, request, id))
}
