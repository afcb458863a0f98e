import { html, linked, type Markup } from './html.ts'
import { linkPattern, type Message } from './message.ts'
import type { Summary } from './mailbox.ts'

/** How a program reaches the SMTP server, for the empty page. */
export interface SmtpAccess {
  host: string
  smtps: number
  submission: number
  user: string
}

export function listPage(messages: readonly Summary[], count: number, smtp: SmtpAccess, now: Date): Markup {
  const list = html`<ol class="list">
    ${messages.map((message) => listEntry(message, now))}
  </ol>`
  return page(
    count === 0 ? 'Mailbox' : `Mailbox (${count})`,
    html`<header>
        <h1>Mailbox</h1>
        ${count > 0 && html`<p class="count">${plural(count, 'message')}</p>`}
        ${count > 0 && deleteAll(count)}
      </header>
      ${count === 0 ? emptyList(smtp) : list}
      ${count > messages.length && html`<p class="note">The newest ${messages.length} are shown.</p>`}`,
    { live: true },
  )
}

function listEntry(message: Summary, now: Date): Markup {
  return html`<li>
    <a href="/mail/${message.id}">
      <span class="who">${message.to.join(', ') || 'nobody'}</span>
      <time datetime="${message.receivedAt}">${moment(message.receivedAt, now)}</time>
      <strong>${message.subject || '(no subject)'}</strong>
      <span class="preview">${message.preview}</span>
      ${message.attachments > 0 && html`<span class="tag">${plural(message.attachments, 'attachment')}</span>`}
    </a>
  </li>`
}

function deleteAll(count: number): Markup {
  return html`<details class="delete">
    <summary>Delete all</summary>
    <form method="post" action="/delete">
      <button>Yes, delete ${plural(count, 'message')}</button>
    </form>
  </details>`
}

function emptyList(smtp: SmtpAccess): Markup {
  return html`<section class="empty">
    <img src="/envelope.svg" alt="" width="72" height="72" />
    <h2>No mail yet</h2>
    <p>Everything the app sends lands here, and nothing leaves this machine.</p>
    <dl>
      <dt>SMTP, TLS</dt>
      <dd>${smtp.host}:${smtp.smtps}</dd>
      <dt>STARTTLS</dt>
      <dd>${smtp.host}:${smtp.submission}</dd>
      <dt>User</dt>
      <dd>${smtp.user}</dd>
    </dl>
  </section>`
}

export function messagePage(message: Message, now: Date): Markup {
  const base = `/messages/${message.id}`
  return page(
    message.subject || '(no subject)',
    html`<nav><a href="/">← Mailbox</a> <a href="${base}/source">Source (.eml)</a></nav>
      <article>
        <h1>${message.subject || '(no subject)'}</h1>
        <dl class="head">
          <dt>From</dt>
          <dd>${message.from || 'nobody'}</dd>
          <dt>To</dt>
          <dd>${message.to.join(', ') || 'nobody'}</dd>
          <dt>Received</dt>
          <dd><time datetime="${message.receivedAt}">${moment(message.receivedAt, now)}</time></dd>
          ${message.attachments.length > 0 && attachments(message, base)}
        </dl>
        ${message.problem && html`<p class="problem">${message.problem}</p>`}
        ${message.html && designed(base)} ${message.text && words(message)}
      </article>`,
  )
}

function words(message: Message): Markup {
  return html`<section>
    ${message.html && html`<h2>As text</h2>`}
    <pre class="${message.problem ? 'source' : 'text'}">${linked(message.text, linkPattern)}</pre>
  </section>`
}

function designed(base: string): Markup {
  return html`<section>
    <h2>As designed <small>without scripts and remote images</small></h2>
    <iframe
      src="${base}/body"
      title="The message as designed"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerpolicy="no-referrer"
    ></iframe>
  </section>`
}

function attachments(message: Message, base: string): Markup {
  return html`<dt>Attached</dt>
    <dd>
      ${message.attachments.map(
        ({ filename, sizeBytes }, index) =>
          html`<a class="tag" href="${base}/attachments/${index}">${filename} · ${size(sizeBytes)}</a> `,
      )}
    </dd>`
}

/** The frame's content: the mail's own markup, kept harmless by the headers it is sent with. */
export function bodyDocument(markup: string): string {
  const style =
    'html{font:16px/1.5 system-ui,sans-serif;color:#1c1b19;background:#fff;overflow-wrap:anywhere}img{max-width:100%}'
  return `<!doctype html><meta charset="utf-8"><base target="_blank"><style>${style}</style>${markup}`
}

export function missingPage(): Markup {
  return page(
    'Not here',
    html`<nav><a href="/">← Mailbox</a></nav>
      <section class="empty">
        <h1>No such message</h1>
        <p>It may have been deleted.</p>
      </section>`,
  )
}

function page(title: string, content: Markup, { live = false } = {}): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/envelope.svg" />
        <link rel="stylesheet" href="/mailbox.css" />
        ${live && html`<script src="/mailbox.js" defer></script>`}
        ${live && html`<noscript><meta http-equiv="refresh" content="10" /></noscript>`}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`
}

function moment(iso: string, now: Date): string {
  const time = new Date(iso)
  const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (time.toDateString() === now.toDateString()) return clock
  return `${time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clock}`
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
