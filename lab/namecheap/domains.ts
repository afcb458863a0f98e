import { apiUser } from './account.ts'
import { required, type Command } from './command.ts'
import { nameserverElements } from './nameservers.ts'
import { ApiRefusal } from './refusal.ts'
import { element } from './xml.ts'

/** Some of what Namecheap sells names under, and where the lab's own domain is. */
const tlds = `com net org info biz io co dev app me eu de us ca xyz online localhost
  co.uk org.uk me.uk com.au net.au org.au com.es com.sg com.pe uk.com us.com`.split(/\s+/)

/** namecheap.domains.getList */
export const getList: Command = (parameters, { state }) => {
  const page = Number(parameters.get('page') ?? 1)
  const pageSize = Number(parameters.get('pagesize') ?? 20)
  const term = parameters.get('searchterm')?.toLowerCase() ?? ''
  const all = state.domains
    .filter(({ name, user }) => user === apiUser && name.includes(term))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const rows = all.slice((page - 1) * pageSize, page * pageSize).map((domain) =>
    element('Domain', {
      ID: domain.id,
      Name: domain.name,
      User: domain.user,
      Created: american(domain.created),
      Expires: american(domain.expires),
      IsExpired: false,
      IsLocked: false,
      AutoRenew: true,
      WhoisGuard: 'ENABLED',
      IsPremium: false,
      IsOurDNS: domain.nameservers === undefined,
    }),
  )
  const paging = [
    element('TotalItems', {}, String(all.length)),
    element('CurrentPage', {}, String(page)),
    element('PageSize', {}, String(pageSize)),
  ]
  return element('DomainGetListResult', {}, rows) + element('Paging', {}, paging)
}

/** namecheap.domains.getInfo: calls a domain invalid that is not in the account, and shows what it does not know of it. */
export const getInfo: Command = (parameters, { state }) => {
  const name = required(parameters, 'DomainName', '2010103').toLowerCase()
  const domain = state.domains.find((known) => known.name === name && known.user === apiUser)
  if (!domain) {
    const nothing = { ID: 0, IsOwner: false, IsPremium: false }
    const details = element('DomainDetails', {}, element('NumYears', {}, '0'))
    throw new ApiRefusal('2030166', 'Domain is invalid', element('DomainGetInfoResult', nothing, details))
  }
  const attributes = {
    Status: 'Ok',
    ID: domain.id,
    DomainName: domain.name,
    OwnerName: domain.user,
    IsOwner: true,
    IsPremium: false,
  }
  const dns = {
    ProviderType: domain.nameservers ? 'CUSTOM' : 'FREE',
    IsUsingOurDNS: domain.nameservers === undefined,
    HostCount: domain.hosts.length,
    EmailType: domain.emailType,
    DynamicDNSStatus: false,
    IsFailover: false,
  }
  return element('DomainGetInfoResult', attributes, [
    element('DomainDetails', {}, [
      element('CreatedDate', {}, american(domain.created)),
      element('ExpiredDate', {}, american(domain.expires)),
      element('NumYears', {}, '0'),
    ]),
    element('LockDetails'),
    element('Whoisguard', { Enabled: 'True' }, element('ID', {}, '0')),
    element('DnsDetails', dns, nameserverElements(domain)),
    element('Modificationrights', { All: domain.editable }),
  ])
}

/** namecheap.domains.getTldList */
export const getTldList: Command = () => {
  const years = { MinRegisterYears: 1, MaxRegisterYears: 10, MinRenewYears: 1, MaxRenewYears: 10 }
  const api = { IsApiRegisterable: true, IsApiRenewable: true, IsApiTransferable: false }
  const rows = tlds.map((name) =>
    element('Tld', { Name: name, NonRealTime: false, ...years, ...api }, `.${name} domain`),
  )
  return element('Tlds', {}, rows)
}

/** MM/DD/YYYY, as all dates of this API. */
const american = (iso: string): string => iso.replace(/^(\d+)-(\d+)-(\d+)$/, '$2/$3/$1')
