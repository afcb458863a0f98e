/** Where events go, and what lets them in. */
export interface ErrorAddress {
  url: string
  key: string
}

/** Reads `https://key@host/project`: https://develop.sentry.dev/sdk/foundations/transport/authentication/ */
export function parseErrorAddress(text: string): ErrorAddress {
  const url = URL.parse(text)
  const [, path = '', project = ''] = /^(.*\/)([^/]+)$/.exec(url?.pathname ?? '') ?? []
  if (!url || !/^https?:$/.test(url.protocol) || url.username === '' || project === '')
    throw new Error('ERROR_ADDRESS must be what Sentry calls a DSN: https://key@host/project')
  return { url: `${url.origin}${path}api/${project}/envelope/`, key: url.username }
}
