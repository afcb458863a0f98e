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
  type Act,
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

  const act = <Shape extends TObject>(name: string, done: Done, shape: Shape, work: Act<Shape>): void =>
    formPage(app, parts, {
      path: `${path}/${name}`,
      on: path,
      params: AccountId,
      shape,
      only: actingAdmin,
      view: (_filled, request) => view(request),
      async act(fields, request) {
        const id = idOf(request)
        await work(parts, request, id, fields)
        return toldAt(`/accounts/${id}`, done)
      },
    })

  const nothing = Fields({})
  act('disable', 'account-disabled', Reason, disableAccount)
  act('enable', 'account-enabled', nothing, enableAccount)
  act('reset', 'reset-started', nothing, startReset)
  act('end-sessions', 'their-sessions-ended', nothing, endSessionsOf)
  act('remove-factors', 'their-factors-removed', nothing, removeFactorsOf)
  act('role', 'role-changed', NewRole, changeRole)
  act('delete', 'deletion-started', nothing, startDeletion)
}
