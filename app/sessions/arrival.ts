import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fragment } from 'postgres'
import { freshToken, hashOf } from '../links/links.ts'
import type { SiteParts } from '../parts.ts'
import { deviceTokenOf } from './devices.ts'
import { siteCookie } from './plugin.ts'
import { clientOf } from './signed-in.ts'

const deviceDays = 400

/** What there is to know of an account at the moment when somebody signs in to it. */
export interface Arrival {
  role: 'member' | 'admin'
  email: string
  /** The account does not know the browser yet. */
  fresh: boolean
  /** Somebody signed in before, from whatever browser. */
  others: boolean
}

/** What the browser of a request is to be known by from now on: what it brought, if it is one of ours. */
export function arrivingToken(parts: SiteParts, request: FastifyRequest): string {
  const given = deviceTokenOf(parts, request)
  return given !== undefined && /^[\w-]{43}$/.test(given) ? given : freshToken()
}

/** Notes browser and history, as a part of a statement that answers an `Arrival`; of no account nothing. */
export function arriving(
  { db }: SiteParts,
  request: FastifyRequest,
  token: string,
  account: Fragment,
): Fragment {
  const { device, network } = clientOf(request)
  return db`arrive(${account}, ${hashOf(token)}, ${device}, ${network})`
}

/** Tells the account of a browser that is new to it, and the browser what it is known by. */
export async function welcome(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId, token, arrival }: { accountId: string; token: string; arrival: Arrival },
): Promise<void> {
  const { email, fresh, others } = arrival
  // To the very first browser of an account there is nobody else who could be told. The history knows which that is;
  // the browsers may have been forgotten.
  if (fresh && others && (await parts.limits.tryTake(['newDevice', accountId]))) {
    const { device } = clientOf(request)
    await parts.outbox.add({ template: 'new-device', recipient: email, accountId, details: { device } })
  }
  if (token !== deviceTokenOf(parts, request)) {
    const { name, attributes } = siteCookie(parts, 'device')
    reply.setCookie(name, token, { ...attributes, maxAge: deviceDays * 24 * 60 * 60 })
  }
}
