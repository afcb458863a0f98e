import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SiteParts } from '../parts.ts'
import { html } from './html.ts'
import { show } from './layout.ts'

interface MailboxPage {
  path: string
  /** Where the form is that sent them here. */
  again: string
  /** Whether that form takes nothing but the address, so that one button sends it again. */
  resend?: boolean
  words: {
    title: string
    sentTo: string
    sent: string
    next: string
    nothing: string
    helps: string
    again: string
  }
}

/** Remembers for the next page where a mail went, so that a slip in the address is seen. */
export function noteMailbox({ session }: FastifyRequest, email: string): void {
  session.content = { ...session.content, mailbox: email }
}

/** "Look into your mailbox": the same whether there is an account or not. */
export function mailboxPage(
  app: FastifyInstance,
  parts: SiteParts,
  { path, again, resend = false, words }: MailboxPage,
): void {
  app.get(path, (request, reply) => {
    const { mailbox } = request.session.content ?? {}
    const email = typeof mailbox === 'string' ? mailbox : undefined
    return show(parts, request, reply, {
      title: words.title,
      body: html` <h1>${words.title}</h1>
        <p class="lead">
          ${email === undefined ? words.sent : html`${words.sentTo} <strong class="address">${email}</strong>.`}
          ${words.next}
        </p>
        <h2>${words.nothing}</h2>
        <p>${words.helps}</p>
        ${
          resend && email !== undefined
            ? html`<form method="post" action="${again}">
                <input type="hidden" name="email" value="${email}" /><button class="button quiet">
                  ${words.again}
                </button>
              </form>`
            : html`<p><a href="${again}">${words.again}</a></p>`
        }`,
    })
  })
}
