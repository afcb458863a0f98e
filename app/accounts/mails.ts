import { linkTo, type Composer, type Made, type MessageParts, type Template } from '../mail/composer.ts'
import { makeLink } from '../links/links.ts'
import { texts } from '../texts/en.ts'

/** What is written to people whose account is about to be erased. */
export const accountMails: Partial<Record<Template, Composer>> = {
  'account-leaving': (parts, { recipient }) => keepLink(parts, recipient),
}

/** What to write instead to an address whose account is leaving: how to keep it. */
export async function stillLeaving(parts: MessageParts, recipient: string): Promise<Made | undefined> {
  const made = await keepLink(parts, recipient)
  return made && { template: 'account-still-leaving', ...made }
}

async function keepLink(parts: MessageParts, recipient: string): Promise<Made | undefined> {
  const [leaving] = await parts.db<[{ id: string; eraseAt: Date }?]>`
    select id, erase_at from accounts where email_key = lower(${recipient}) and status = 'leaving'`
  if (!leaving) return undefined
  const token = await makeLink(parts.db, 'keep-account', { accountId: leaving.id })
  return { values: { ...linkTo(parts, '/account/keep', token), date: texts.dates.day(leaving.eraseAt) } }
}
