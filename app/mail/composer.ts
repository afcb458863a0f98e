import type { Db } from '../database/connect.ts'
import { makeLink, type Purpose } from '../links/links.ts'
import type { Settings } from '../settings.ts'
import { texts } from '../texts/en.ts'

/** What can be written to people. */
export type Template = keyof typeof texts.mails

export interface MessageParts {
  db: Db
  settings: Settings
}

export interface Occasion {
  template: Template
  recipient: string
  accountId: string | null
  details: Record<string, string>
}

export interface Made {
  /** Another text than the one that was asked for. */
  template?: Template
  values: Record<string, string>
}

/** Finds out what a mail says, at the moment of sending; undefined where there is nothing to say any more. */
export type Composer = (parts: MessageParts, occasion: Occasion) => Promise<Made | undefined>

/** `origin/path#code`: what stands behind # reaches no log and no other site. */
export const linkTo = ({ settings }: MessageParts, path: string, token: string): Record<string, string> => ({
  link: `${settings.origins.app}${path}#${token}`,
  code: token,
  origin: settings.origins.app,
})

/** A mail with a link of one purpose for the account that it is about. */
export const withLink =
  (purpose: Purpose, path: string): Composer =>
  async (parts, { accountId }) => {
    if (accountId === null) return undefined
    return { values: linkTo(parts, path, await makeLink(parts.db, purpose, { accountId })) }
  }
