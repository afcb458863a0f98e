import { expect, test } from 'vitest'
import { readAnswer } from './answer.ts'

const frame = (status: string, inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?>
<ApiResponse Status="${status}" xmlns="http://api.namecheap.com/xml.response">${inner}</ApiResponse>`

const error = (number: string, text: string) => `<Error Number="${number}">${text}</Error>`

test('reads a list of one as a list, and attributes beside children', () => {
  const xml = frame(
    'OK',
    `<Errors /><Warnings /><CommandResponse Type="namecheap.domains.dns.getList">
      <DomainDNSGetListResult Domain="example.com" IsUsingOurDNS="True"><Nameserver>ns1.a.com</Nameserver>
      </DomainDNSGetListResult></CommandResponse>`,
  )
  expect(readAnswer(xml)).toEqual({
    ok: true,
    errors: [],
    result: { Domain: 'example.com', IsUsingOurDNS: 'True', Nameserver: ['ns1.a.com'] },
  })
})

test('reads every error of a refusal, with entities as text', () => {
  const errors =
    error('2019166', ' It doesn&#39;t &amp; won&apos;t ') + error('1011150', 'Invalid request IP')
  expect(readAnswer(frame('ERROR', `<Errors>${errors}</Errors><RequestedCommand />`))).toEqual({
    ok: false,
    errors: [
      { number: '2019166', text: "It doesn't & won't" },
      { number: '1011150', text: 'Invalid request IP' },
    ],
    result: {},
  })
})

test.each(['', 'no XML', '<html><body><h1>405</h1></body></html>', '{"status": "OK"}', '<ApiResponse Sta'])(
  'knows %j for none of Namecheap’s',
  (text) => {
    expect(readAnswer(text)).toBeUndefined()
  },
)
