import { accountMails, stillLeaving } from '../accounts/mails.ts'
import { addressMails, movedAway } from '../addresses/mails.ts'
import { freshToken, hashOf, makeLink } from '../links/links.ts'
import { texts } from '../texts/en.ts'
import {
  linkTo,
  withLink,
  type Composer,
  type Made,
  type MessageParts,
  type Occasion,
  type Template,
} from './composer.ts'

interface Message {
  subject: string
  text: string
}

/**
 * Writes a mail, and makes the code that it carries, at the moment of sending; undefined where there is nothing to say
 * any more. Here, long after the answer, it is found out whether an account exists: no answer can tell by its time.
 */
export async function compose(parts: MessageParts, occasion: Occasion): Promise<Message | undefined> {
  const made = await (composers[occasion.template] ?? notice)(parts, occasion)
  if (made === undefined) return undefined
  const { subject, body } = texts.mails[made.template ?? occasion.template]
  const values = { ...occasion.details, ...made.values, site: parts.settings.name }
  return {
    subject: filled(subject, values),
    text: `${filled(body, values)}\n\n-- \n${filled(texts.mailFooter, values)}\n`,
  }
}

const composers: Partial<Record<Template, Composer>> = {
  ...accountMails,
  ...addressMails,

  async 'sign-up'(parts, { recipient, details }) {
    const { db } = parts
    const [known] = await db`select from accounts where email_key = lower(${recipient})`
    const instead: Made | undefined =
      (await stillLeaving(parts, recipient)) ??
      (known
        ? { template: 'already-registered', values: { origin: parts.settings.origins.app } }
        : await movedAway(parts, recipient))
    if (instead) {
      await db`delete from sign_ups where id = ${details['signUp'] ?? null}`
      return instead
    }
    const token = freshToken()
    const [kept] = await db`
      update sign_ups set token_hash = ${hashOf(token)} where id = ${details['signUp'] ?? null} and expires_at > now()
      returning id`
    return kept && { values: linkTo(parts, '/activate', token) }
  },

  reset: linkForReset,
  'reset-by-admin': linkForReset,
  'account-disabled': withoutLink,
  'account-enabled': withoutLink,
  'made-admin': withoutLink,
  'made-member': withoutLink,
  'factors-disowned': withoutLink,
}

/** Decided as it is sent, by what the account is then. */
async function linkForReset(parts: MessageParts, { recipient }: Occasion): Promise<Made | undefined> {
  const [account] = await parts.db<[{ id: string }?]>`
    select id from accounts where email_key = lower(${recipient}) and status = 'active'`
  if (!account) return (await stillLeaving(parts, recipient)) ?? movedAway(parts, recipient)
  return { values: linkTo(parts, '/reset', await makeLink(parts.db, 'reset', { accountId: account.id })) }
}

/** What tells of something and offers nothing that only its reader may do. */
async function withoutLink({ settings }: MessageParts): Promise<Made> {
  return { values: { origin: settings.origins.app, adminOrigin: settings.origins.admin } }
}

/** What an owner is told of; one link in it ends all sessions, for the case that it was not them. */
const notice: Composer = withLink('end-sessions', '/not-me')

function filled(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '')
}
