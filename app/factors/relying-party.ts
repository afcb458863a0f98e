import type { Settings, Site } from '../settings.ts'

/**
 * The name that passkeys are made for: the domain that both sites share, so that one passkey serves both. Where they
 * share none of two labels it is the site's own host; browsers refuse `localhost` on app.localhost. Passkeys stay with
 * their name: whoever changes the domain asks people for new ones.
 */
export function relyingPartyOf({ origins }: Pick<Settings, 'origins'>, site: Site): string {
  const [own, other] = [origins[site], origins[site === 'app' ? 'admin' : 'app']].map(
    (origin) => new URL(origin).hostname,
  ) as [string, string]
  const labels = own.split('.')
  const shared = labels
    .map((_label, index) => labels.slice(index))
    .find((rest) => rest.length > 1 && `.${other}`.endsWith(`.${rest.join('.')}`))
  return shared?.join('.') ?? own
}
