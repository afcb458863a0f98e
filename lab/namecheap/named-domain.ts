import { apiUser, type Account, type RegisteredDomain } from './account.ts'
import { required, type Parameters } from './command.ts'
import { ApiRefusal } from './refusal.ts'

/** The domain that SLD and TLD name. */
export function nameIn(parameters: Parameters): string {
  const sld = required(parameters, 'SLD', '2010167')
  const tld = required(parameters, 'TLD', '2010168')
  return `${sld}.${tld}`.toLowerCase()
}

/** A domain of this account; `notFound` is how the command at hand says that there is none. */
export function domainOf({ state }: Account, name: string, notFound: string): RegisteredDomain {
  const domain = state.domains.find((known) => known.name === name)
  if (!domain) throw new ApiRefusal('2019166', notFound)
  if (domain.user !== apiUser) throw new ApiRefusal('2016166', 'Domain is not associated with your account')
  return domain
}

/** A domain of this account that may be changed. */
export function changeableDomain(account: Account, name: string): RegisteredDomain {
  const domain = domainOf(
    account,
    name,
    `The domain (${name}) doesn't seem to be associated with your account.`,
  )
  if (!domain.editable) throw new ApiRefusal('2030166', 'Edit permission for domain is not supported')
  return domain
}

/** Changes the domain in the account's state. */
export const changeDomain = (account: Account, name: string, edit: (domain: RegisteredDomain) => void) =>
  account.change(({ domains }) => {
    for (const domain of domains) if (domain.name === name) edit(domain)
  })
