import { html } from '../mail/html.ts'

const reasons = { 400: 'Bad Request', 404: 'Not Found', 502: 'Bad Gateway' } as const

export interface Site {
  name: string
  /** Absent for a wildcard, which is no name to open. */
  url: string | undefined
}

/** A whole HTTP response that explains itself in a browser, after which the connection ends. */
export function errorPage(status: keyof typeof reasons, sentence: string, sites: readonly Site[]): string {
  const body = html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${sentence}</title>
      <h1>${sentence}</h1>
      ${sites.length > 0 && html`<p>The lab knows these names:</p>`}
      <ul>
        ${sites.map(({ name, url }) => html`<li>${url ? html`<a href="${url}">${name}</a>` : name}</li>`)}
      </ul>
    </html>`.text
  return `${head(status, reasons[status])}Content-Type: text/html; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** A whole HTTP response that sends the browser elsewhere. */
export function redirect(location: string): string {
  return `${head(307, 'Temporary Redirect')}Location: ${location}\r\nContent-Length: 0\r\n\r\n`
}

function head(status: number, reason: string): string {
  return `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nCache-Control: no-store\r\n`
}
