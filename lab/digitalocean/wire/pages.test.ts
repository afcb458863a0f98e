import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { page } from './pages.ts'

const items = Array.from({ length: 450 }, (_, index) => index)

/** The first number of a page, how many it has, and which pages it links to. */
function pageOf(query: string) {
  const request = { url: `/v2/tags${query}`, protocol: 'http', host: 'localhost' } as FastifyRequest
  const answer: Record<string, unknown> = page(request, 'tags', items)
  const { tags, links } = answer as { tags: number[]; links: { pages?: Record<string, string> } }
  const numbers = Object.entries(links.pages ?? {}).map(
    ([name, url]) => `${name} ${new URL(url).searchParams.get('page')}`,
  )
  return [tags[0], tags.length, ...numbers]
}

test.each([
  ['', [0, 20, 'next 2', 'last 23']],
  ['?per_page=200&page=2', [200, 200, 'first 1', 'prev 1', 'next 3', 'last 3']],
  // A list never comes in one piece: https://github.com/digitalocean/api-v2/issues/136
  ['?per_page=1000', [0, 200, 'next 2', 'last 3']],
  ['?per_page=0', [0, 20, 'next 2', 'last 23']],
  ['?page=0', [0, 20, 'next 2', 'last 23']],
  ['?page=24', [undefined, 0, 'first 1', 'prev 23']],
  ['?per_page=all&page=-1', [0, 20, 'next 2', 'last 23']],
])('%j is answered with %j', (query, expected) => {
  expect(pageOf(query)).toEqual(expected)
})
