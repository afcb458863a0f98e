import type { HostRecord } from './account.ts'
import type { Command, Parameters } from './command.ts'
import { changeableDomain, domainOf, nameIn } from './named-domain.ts'
import { ApiRefusal } from './refusal.ts'
import { element } from './xml.ts'

const types = ['A', 'AAAA', 'ALIAS', 'CAA', 'CNAME', 'MX', 'MXE', 'NS', 'TXT', 'URL', 'URL301', 'FRAME']

/** namecheap.domains.dns.getHosts */
export const getHosts: Command = (parameters, account) => {
  const domain = domainOf(account, nameIn(parameters), 'Domain name not found')
  if (domain.nameservers) throw servedElsewhere()
  const hosts = domain.hosts.map(({ id, name, type, address, mxPreference, ttlSeconds }) =>
    // In lower case, unlike every other element.
    element('host', {
      HostId: id,
      Name: name,
      Type: type,
      Address: address,
      MXPref: mxPreference,
      TTL: ttlSeconds,
      AssociatedAppTitle: '',
      FriendlyName: '',
      IsActive: true,
      IsDDNSEnabled: false,
    }),
  )
  const attributes = { Domain: domain.name, EmailType: domain.emailType, IsUsingOurDNS: true }
  return element('DomainDNSGetHostsResult', attributes, hosts)
}

/** namecheap.domains.dns.setHosts: what the request does not name is gone. */
export const setHosts: Command = async (parameters, account) => {
  const { name, nameservers } = changeableDomain(account, nameIn(parameters))
  if (nameservers) throw servedElsewhere()
  const hosts = hostsIn(parameters)
  await account.change((draft) => {
    for (const domain of draft.domains) {
      if (domain.name !== name) continue
      domain.hosts = hosts.map((host) => ({ ...host, id: draft.nextId++ }))
      domain.emailType = parameters.get('emailtype') ?? domain.emailType
    }
  })
  const attributes = { Domain: name, EmailType: parameters.get('emailtype') ?? '', IsSuccess: true }
  return element('DomainDNSSetHostsResult', attributes, element('Warnings'))
}

const servedElsewhere = () =>
  new ApiRefusal('2030288', 'Cannot complete this command as this domain is not using proper DNS servers')

function hostsIn(parameters: Parameters): Omit<HostRecord, 'id'>[] {
  const numbers = [...parameters.keys()].flatMap((key) => /^hostname(\d+)$/.exec(key)?.[1] ?? [])
  return numbers
    .map(Number)
    .toSorted((a, b) => a - b)
    .map((number) => {
      const field = (name: string) => parameters.get(`${name}${number}`)?.trim() ?? ''
      const type = field('recordtype').toUpperCase()
      if (!types.includes(type)) throw new ApiRefusal('2050900', 'Invalid record type')
      if (!field('address')) throw new ApiRefusal('2050900', 'Invalid Address')
      return {
        name: field('hostname'),
        type,
        address: field('address'),
        mxPreference: Number(field('mxpref') || 10),
        ttlSeconds: Number(field('ttl') || 1800),
      }
    })
}
