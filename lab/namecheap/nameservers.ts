import type { RegisteredDomain } from './account.ts'
import { required, type Command } from './command.ts'
import { changeableDomain, changeDomain, domainOf, nameIn } from './named-domain.ts'
import { ApiRefusal } from './refusal.ts'
import { element, escape } from './xml.ts'

const own = ['dns1.registrar-servers.com', 'dns2.registrar-servers.com']
const hostName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}\.?$/i

/** The domain's nameservers as elements. */
export const nameserverElements = ({ nameservers = own }: RegisteredDomain): string[] =>
  nameservers.map((name) => element('Nameserver', {}, escape(name)))

/** namecheap.domains.dns.getList */
export const getNameservers: Command = (parameters, account) => {
  const domain = domainOf(account, nameIn(parameters), 'Domain name not found')
  const attributes = {
    Domain: domain.name,
    IsUsingOurDNS: domain.nameservers === undefined,
    IsPremiumDNS: false,
    IsUsingFreeDNS: false,
  }
  return element('DomainDNSGetListResult', attributes, nameserverElements(domain))
}

/** namecheap.domains.dns.setCustom: host records at Namecheap are kept, and no longer served. */
export const setCustom: Command = async (parameters, account) => {
  const { name } = changeableDomain(account, nameIn(parameters))
  const nameservers = required(parameters, 'Nameservers', '2010169')
    .split(',')
    .map((nameserver) => nameserver.trim().toLowerCase())
  const valid = nameservers.every((nameserver) => hostName.test(nameserver))
  if (!valid || nameservers.length < 2 || nameservers.length > 12)
    throw new ApiRefusal('3011288', 'Invalid nameserver specified')
  await changeDomain(account, name, (domain) => {
    domain.nameservers = nameservers.map((nameserver) => nameserver.replace(/\.$/, ''))
  })
  return element('DomainDNSSetCustomResult', { Domain: name, Updated: true })
}

/** namecheap.domains.dns.setDefault */
export const setDefault: Command = async (parameters, account) => {
  const { name } = changeableDomain(account, nameIn(parameters))
  await changeDomain(account, name, (domain) => {
    domain.nameservers = undefined
  })
  return element('DomainDNSSetDefaultResult', { Domain: name, Updated: true })
}
