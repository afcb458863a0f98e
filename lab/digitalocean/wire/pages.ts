import type { FastifyRequest } from 'fastify'

/** One page of a list with its links and total; 20 a page unless asked, 200 at most. */
export function page<T>(request: FastifyRequest, key: string, items: readonly T[]) {
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  const perPage = bounded(url.searchParams.get('per_page'), 20, 200)
  const current = bounded(url.searchParams.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const last = Math.max(1, Math.ceil(items.length / perPage))
  const link = (number: number) => {
    url.searchParams.set('page', String(number))
    url.searchParams.set('per_page', String(perPage))
    return url.href
  }
  const pages = {
    ...(current > 1 ? { first: link(1), prev: link(Math.min(current - 1, last)) } : {}),
    ...(current < last ? { next: link(current + 1), last: link(last) } : {}),
  }
  return {
    [key]: items.slice((current - 1) * perPage, current * perPage),
    links: Object.keys(pages).length > 0 ? { pages } : {},
    meta: { total: items.length },
  }
}

function bounded(value: string | null, fallback: number, most: number): number {
  const number = Number(value ?? fallback)
  return Number.isSafeInteger(number) && number >= 1 ? Math.min(number, most) : fallback
}
