import type { Answer, Browser } from '../testing.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** What a browser says that it takes. */
export const asPage = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }

/** Posts a form as a browser does without any script. */
export function postForm(
  { send }: Pick<Browser, 'send'>,
  path: string,
  fields: Record<string, string> | string = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString()
  return send('POST', path, body, { headers: { ...form, ...asPage, ...headers } })
}

export const getPage = ({ send }: Pick<Browser, 'send'>, path: string): Promise<Answer> =>
  send('GET', path, undefined, { headers: asPage })

/** The summary of a page: `field: what is wrong with it`. */
export function problemsOf(body: string): string[] {
  const summary = /<div\s+class="summary"[^]*?<\/ul>/.exec(body)?.[0] ?? ''
  return [...summary.matchAll(/<li>\s*(?:<a href="#(\w+)">)?([^<]+)/g)].map(
    ([, field = '', said = '']) => `${field}: ${said.trim()}`,
  )
}
