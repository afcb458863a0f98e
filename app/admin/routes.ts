import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
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

  app.post(
    '/admin/accounts/:id/disable',
    {
      schema: {
        summary: 'Keep an account out',
        description: 'Ends its sessions and voids its mailed links.',
        params: AccountId,
        body: Reason,
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await disableAccount(parts, request, request.params.id, request.body.reason)
      return reply.code(204).send(null)
    },
  )

  const acts = {
    enable: { summary: 'Let an account in again, also one that was leaving', act: enableAccount },
    reset: { summary: 'Have a link for a new password mailed to the owner', act: startReset },
    'remove-factors': {
      summary: 'Take all second factors and recovery codes from an account; its sessions end',
      act: removeFactorsOf,
    },
    delete: { summary: 'Close an account; it is erased after 14 days', act: startDeletion },
  }
  for (const [name, { summary, act }] of Object.entries(acts)) {
    app.post(
      `/admin/accounts/:id/${name}`,
      {
        schema: {
          summary,
          params: AccountId,
          body: Fields({}),
          response: { 204: Nothing, ...refusals },
        },
      },
      async (request, reply) => {
        await act(parts, request, request.params.id)
        return reply.code(204).send(null)
      },
    )
  }

  app.post(
    '/admin/accounts/:id/role',
    {
      schema: {
        summary: 'Make an account an admin, or a member',
        params: AccountId,
        body: NewRole,
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await changeRole(parts, request, request.params.id, request.body.role)
      return reply.code(204).send(null)
    },
  )

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
