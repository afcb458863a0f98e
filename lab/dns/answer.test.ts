import { expect, test } from 'vitest'
import { addressedNames, addressOf } from './address-of.ts'
import { answerFrom } from './answer.ts'
import type { Zone, ZoneRecord } from './zone.ts'

function zone(name: string, ...records: [type: string, name: string, data: string][]): Zone {
  return { name, records: records.map(([type, at, data]): ZoneRecord => ({ type, name: at, data, ttl: 60 })) }
}

function ask(zones: Zone[], name: string, type: string) {
  const reply = answerFrom(zones, { name, type })
  return reply && [reply.rcode, ...reply.answers.map((answer) => `${answer.name} ${answer.type}`)]
}

const example = zone(
  'example.test',
  ['A', '@', '198.51.100.3'],
  ['CNAME', 'www', '@'],
  ['CNAME', 'far', 'elsewhere.test'],
  ['CNAME', 'lost', 'nowhere.example.test'],
  ['CNAME', 'ping', 'pong.example.test'],
  ['CNAME', 'pong', 'ping.example.test'],
  ['A', '*', '198.51.100.4'],
  ['A', 'smtp.mail', '198.51.100.5'],
  ['TXT', 'note', 'hello'],
)
const unwild = zone('plain.test', ['A', 'deep.down', '198.51.100.6'], ['CNAME', 'lost', 'nowhere.plain.test'])

test('leaves names outside its zones to others, also such that only look alike', () => {
  expect(ask([example], 'debian.org', 'A')).toBeUndefined()
  expect(ask([example], 'notexample.test', 'A')).toBeUndefined()
})

test('follows an alias within its zones', () => {
  expect(ask([example], 'www.example.test', 'A')).toEqual([
    'NOERROR',
    'www.example.test CNAME',
    'example.test A',
  ])
  expect(ask([example], 'www.example.test', 'CNAME')).toEqual(['NOERROR', 'www.example.test CNAME'])
  expect(ask([example], 'far.example.test', 'A')).toEqual(['NOERROR', 'far.example.test CNAME'])
  expect(ask([unwild], 'lost.plain.test', 'A')).toEqual(['NXDOMAIN', 'lost.plain.test CNAME'])
})

test('gives up on aliases that run in a circle', () => {
  expect(ask([example], 'ping.example.test', 'A')).toEqual(['SERVFAIL'])
})

test('tells a missing name from a missing type, with the SOA beside both', () => {
  const noType = answerFrom([unwild], { name: 'down.plain.test', type: 'A' })
  const noName = answerFrom([unwild], { name: 'up.plain.test', type: 'A' })
  expect([noType?.rcode, noType?.authorities[0]?.type]).toEqual(['NOERROR', 'SOA'])
  expect([noName?.rcode, noName?.authorities[0]?.type]).toEqual(['NXDOMAIN', 'SOA'])
})

test('a wildcard answers under the asked name, but not below or at names that exist', () => {
  expect(ask([example], 'Any.Thing.example.test', 'A')).toEqual(['NOERROR', 'Any.Thing.example.test A'])
  expect(ask([example], 'note.example.test', 'A')).toEqual(['NOERROR'])
  expect(ask([example], 'mail.example.test', 'A')).toEqual(['NOERROR'])
  expect(ask([example], 'imap.mail.example.test', 'A')).toEqual(['NXDOMAIN'])
})

test('the longer zone wins', () => {
  const inner = zone('staging.example.test', ['A', '@', '198.51.100.9'])
  expect(ask([example, inner], 'x.staging.example.test', 'A')).toEqual(['NXDOMAIN'])
})

test('refuses to serve an address that is none', () => {
  const broken = zone('example.test', ['A', '@', '2001:db8::1'])
  expect(() => ask([broken], 'example.test', 'A')).toThrow('A record with "2001:db8::1"')
})

test('gives the address behind a name, and the names that have one', () => {
  expect(addressOf([example], 'WWW.example.test')).toBe('198.51.100.3')
  expect(addressOf([example], 'far.example.test')).toBeUndefined()
  expect(addressOf([example], 'debian.org')).toBeUndefined()
  expect(addressedNames([example])).toEqual([
    'example.test',
    'www.example.test',
    'lost.example.test',
    '*.example.test',
    'smtp.mail.example.test',
  ])
})
