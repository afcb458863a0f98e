import { isIP } from 'node:net'
import type { Answer, SoaAnswer } from 'dns-packet'
import { absoluteTarget, recordsAt, zoneOf, type Zone, type ZoneRecord } from './zone.ts'

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED'

export interface Reply {
  rcode: ResponseCode
  authoritative: boolean
  answers: Answer[]
  authorities: Answer[]
}

// A lab's names come and go by the second, so that "no such name" may not be remembered for DigitalOcean's 1,800 s.
const negativeTtlSeconds = 1
const longestAliasChain = 8

/** What our zones say to a question; `undefined` where the name is not ours. */
export function answerFrom(
  zones: readonly Zone[],
  question: { name: string; type: string },
): Reply | undefined {
  if (!zoneOf(zones, question.name)) return undefined
  const answers: Answer[] = []
  const reply = (rcode: ResponseCode, authorities: Answer[] = []): Reply => ({
    rcode,
    authoritative: true,
    answers,
    authorities,
  })
  let name = question.name
  for (let hop = 0; hop < longestAliasChain; hop++) {
    const zone = zoneOf(zones, name)
    if (!zone) return reply('NOERROR')
    const here = recordsAt(zone, name)
    if (!here) return reply('NXDOMAIN', [soa(zone)])
    const found = matching(here, question.type, name, zone)
    if (found.length > 0) {
      answers.push(...found)
      return reply('NOERROR')
    }
    const alias = here.find((record) => record.type === 'CNAME')
    if (!alias) return reply('NOERROR', [soa(zone)])
    answers.push(toAnswer(alias, name, zone))
    name = absoluteTarget(alias.data, zone)
  }
  return { rcode: 'SERVFAIL', authoritative: true, answers: [], authorities: [] }
}

function matching(here: readonly ZoneRecord[], type: string, name: string, zone: Zone): Answer[] {
  const isApex = name.toLowerCase() === zone.name.toLowerCase()
  return [
    ...(isApex && (type === 'SOA' || type === 'ANY') ? [soa(zone)] : []),
    ...here
      .filter((record) => record.type !== 'SOA' && (type === 'ANY' || record.type === type))
      .map((record) => toAnswer(record, name, zone)),
  ]
}

/** One record on the wire, under the name that was asked for (wildcards, upper case). */
function toAnswer(record: ZoneRecord, name: string, zone: Zone): Answer {
  const common = { name, ttl: record.ttl, class: 'IN' as const }
  const target = absoluteTarget(record.data, zone)
  const priority = record.priority ?? 0
  switch (record.type) {
    case 'A':
    case 'AAAA':
      if (isIP(record.data) !== (record.type === 'A' ? 4 : 6)) throw unanswerable(record, name)
      return { ...common, type: record.type, data: record.data }
    case 'CNAME':
    case 'NS':
      return { ...common, type: record.type, data: target }
    case 'MX':
      return { ...common, type: 'MX', data: { preference: priority, exchange: target } }
    case 'TXT':
      return { ...common, type: 'TXT', data: chunks(Buffer.from(record.data)) }
    case 'SRV': {
      const { weight, port } = record
      return { ...common, type: 'SRV', data: { priority, weight: weight ?? 0, port: port ?? 0, target } }
    }
    case 'CAA': {
      const tag = (record.tag ?? 'issue') as 'issue' | 'issuewild' | 'iodef'
      return { ...common, type: 'CAA', data: { flags: record.flags ?? 0, tag, value: target } }
    }
    default:
      throw unanswerable(record, name)
  }
}

function unanswerable(record: ZoneRecord, name: string): Error {
  return new Error(`${name}: the lab's DNS can't answer a ${record.type} record with "${record.data}"`)
}

function soa(zone: Zone): SoaAnswer {
  const primary = zone.records.find((record) => record.type === 'NS' && record.name === '@')
  return {
    type: 'SOA',
    name: zone.name,
    ttl: negativeTtlSeconds,
    class: 'IN',
    data: {
      mname: primary ? absoluteTarget(primary.data, zone) : zone.name,
      rname: `hostmaster.${zone.name}`,
      serial: 1, // nobody copies zones from a lab, so nobody compares serials
      refresh: 10_800,
      retry: 3_600,
      expire: 604_800,
      minimum: negativeTtlSeconds,
    },
  }
}

/** A TXT record is a list of strings of at most 255 bytes, which readers join again. */
function chunks(text: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(text.length / 255))
  return Array.from({ length: count }, (_, index) => text.subarray(index * 255, index * 255 + 255))
}
