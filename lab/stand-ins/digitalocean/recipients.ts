import type { Bag } from '../../../plugin/values.ts'

interface OnWire {
  email?: string[] | null
  slack?: { channel: string; url: string }[] | null
}

/** Who an alert is sent to, as the API has it. */
export const recipientsOnWire = ({ emails, slacks }: Bag) => ({ email: emails ?? [], slack: slacks ?? [] })

/** Who an alert is sent to, as a program says it: what is empty is left out. */
export function recipientsOf({ email, slack }: OnWire): Bag {
  const emails = (email ?? []).filter(Boolean)
  const slacks = (slack ?? []).map(({ channel, url }) => ({ channel, url }))
  return { ...(emails.length > 0 ? { emails } : {}), ...(slacks.length > 0 ? { slacks } : {}) }
}

/** Recipients in one form, whichever way nobody is said. */
export const recipientsForm = (recipients: Bag): Bag => recipientsOf(recipientsOnWire(recipients) as OnWire)
