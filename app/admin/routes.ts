import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static, TObject } from 'typebox'
import { Fields, Nothing, refusals } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import {
  changeRole,
  disableAccount,
  enableAccount,
  endAllSessions,
  endSessionsOf,
  removeFactorsOf,
  startDeletion,
  startReset,
  type Act,
} from './acts.ts'
import { listAccounts } from './listing.ts'
import { readNumbers } from './numbers.ts'
import {
  AccountId,
  AccountView,
  DaysFields,
  Ended,
  HistoryFields,
  NewRole,
  NumbersAnswer,
  Page,
  Reason,
  SearchFields,
} from './shapes.ts'
import { viewAccount } from './view.ts'

/** What admins do; on their own site only. */
export const admin: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.get(
    '/admin/accounts',
    {
      schema: {
        summary: 'Find accounts',
        querystring: SearchFields,
        response: { 200: Page, ...refusals },
      },
    },
    (request) => listAccounts(parts, request, request.query),
  )

  app.get(
    '/admin/accounts/:id',
    {
      schema: {
        summary: 'One account and its history',
        params: AccountId,
        querystring: HistoryFields,
        response: { 200: AccountView, ...refusals },
      },
    },
    (request) => viewAccount(parts, request, { ...request.params, ...request.query }),
  )

  const act = <Body extends TObject>(
    name: string,
    schema: { summary: string; description?: string; body: Body },
    work: Act<Body>,
  ): unknown =>
    app.post(
      `/admin/accounts/:id/${name}`,
      { schema: { ...schema, params: AccountId, response: { 204: Nothing, ...refusals } } },
      async (request, reply) => {
        await work(parts, request, request.params.id, request.body as Static<Body>)
        return reply.code(204).send(null)
      },
    )

  const body = Fields({})
  act(
    'disable',
    {
      summary: 'Keep an account out',
      description: 'Ends its sessions and voids its mailed links.',
      body: Reason,
    },
    disableAccount,
  )
  act('enable', { summary: 'Let an account in again, also one that was leaving', body }, enableAccount)
  act('reset', { summary: 'Have a link for a new password mailed to the owner', body }, startReset)
  act(
    'remove-factors',
    { summary: 'Take all second factors and recovery codes from an account; its sessions end', body },
    removeFactorsOf,
  )
  act('delete', { summary: 'Close an account; it is erased after 14 days', body }, startDeletion)
  act('role', { summary: 'Make an account an admin, or a member', body: NewRole }, changeRole)

  app.post(
    '/admin/accounts/:id/end-sessions',
    {
      schema: {
        summary: 'Sign an account out everywhere',
        params: AccountId,
        body: Fields({}),
        response: { 200: Ended, ...refusals },
      },
    },
    async (request) => ({ ended: await endSessionsOf(parts, request, request.params.id) }),
  )

  app.post(
    '/admin/sessions/end-all',
    {
      schema: {
        summary: 'Sign everybody out but yourself',
        body: Fields({}),
        response: { 200: Ended, ...refusals },
      },
    },
    async (request) => ({ ended: await endAllSessions(parts, request) }),
  )

  app.get(
    '/admin/numbers',
    {
      schema: {
        summary: 'How the service is doing',
        querystring: DaysFields,
        response: { 200: NumbersAnswer, ...refusals },
      },
    },
    (request) => readNumbers(parts, request, Number(request.query.days ?? 30)),
  )
}
