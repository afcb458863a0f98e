import { asBody, list, text, texts, type Body } from '../wire/body.ts'
import { badRequest } from '../wire/errors.ts'
import type { Recipients } from '../state/state.ts'

/**
 * Who is to hear of an alert. The real API takes only addresses that belong to the account's people; the lab can't know
 * them and takes every address.
 */
export function recipientsIn(body: Body, field: 'alerts' | 'notifications'): Recipients {
  const asked = asBody(body[field])
  if (!asked) throw badRequest(`missing required field '${field}'`)
  const email = texts(asked, 'email')
  for (const [index, address] of email.entries())
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw badRequest(`invalid value for field '${field}.email[${index}]': invalid email '${address}'`)
  const slack = list(asked, 'slack').map((item, index) => {
    const { channel, url } = {
      channel: text(asBody(item) ?? {}, 'channel'),
      url: text(asBody(item) ?? {}, 'url'),
    }
    if (!channel || !url)
      throw badRequest(`invalid value for field '${field}.slack[${index}]': channel and url`)
    return { channel, url }
  })
  if (email.length + slack.length === 0) throw badRequest(`missing required field '${field}.email'`)
  return { email, slack }
}
