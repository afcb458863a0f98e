import type { FastifyRequest } from 'fastify'
import { hashOf } from '../links/links.ts'
import type { SiteParts } from '../parts.ts'
import { siteCookie } from './plugin.ts'

/** What a browser brings to be known by, whether an account knows it or not. */
export function deviceTokenOf(parts: SiteParts, { cookies }: FastifyRequest): string | undefined {
  return cookies[siteCookie(parts, 'device').name]
}

export function deviceHashOf(parts: SiteParts, request: FastifyRequest): Buffer | undefined {
  const token = deviceTokenOf(parts, request)
  return token === undefined ? undefined : hashOf(token)
}

/** What a browser is known by to an account that was signed in to from it. */
export async function knownDeviceOf(
  parts: SiteParts,
  request: FastifyRequest,
  accountId: string,
): Promise<string | undefined> {
  const hash = deviceHashOf(parts, request)
  if (hash === undefined) return undefined
  const [known] = await parts.db`
    select from devices where account_id = ${accountId} and token_hash = ${hash}`
  return known && hash.toString('base64')
}
