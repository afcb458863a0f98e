import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { readServerName } from './client-hello.ts'
import { readRequestHead } from './request-head.ts'

/** What a real TLS client sends first. */
async function helloOf(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const options = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, servername }
  const client = connect({ ...options, rejectUnauthorized: false }).on('error', () => {})
  const [socket] = await once(server, 'connection')
  const [hello] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  server.close()
  return hello
}

function records(hello: Buffer, fragmentBytes: number): Buffer {
  const message = hello.subarray(5)
  const count = Math.ceil(message.length / fragmentBytes)
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => {
      const fragment = message.subarray(index * fragmentBytes, (index + 1) * fragmentBytes)
      return Buffer.concat([Buffer.of(22, 3, 1, fragment.length >> 8, fragment.length & 255), fragment])
    }),
  )
}

function head(text: string) {
  return readRequestHead(Buffer.from(text))
}

let hello: Buffer
beforeAll(async () => {
  hello = await helloOf('App.example.localhost')
})

test('reads the name of a real hello, in lower case', () => {
  expect(readServerName(hello)).toEqual({ name: 'app.example.localhost' })
})

test('waits for the rest at every cut, and needs nothing beyond the hello', () => {
  for (let end = 0; end < hello.length; end++)
    expect(readServerName(hello.subarray(0, end)), `cut at ${end}`).toBe('incomplete')
  expect(readServerName(Buffer.concat([hello, Buffer.of(20, 3, 3, 0, 1, 1)]))).toBe('not TLS')
})

test('joins a hello that is spread over many records', () => {
  for (const size of [1, 3, 50, 200])
    expect(readServerName(records(hello, size))).toEqual({ name: 'app.example.localhost' })
  expect(readServerName(records(hello, 50).subarray(0, -1))).toBe('incomplete')
})

test('tells a hello without a name from what is no hello', async () => {
  expect(readServerName(await helloOf(''))).toBe('nameless')
  expect(readServerName(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('not TLS')
  expect(readServerName(Buffer.of(22, 3, 1, 0, 4, 2, 0, 0, 0))).toBe('not TLS')
  expect(readServerName(Buffer.of(22, 3, 1, 0xff, 0xff))).toBe('not TLS')
  expect(readServerName(Buffer.of(22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff))).toBe('not TLS')
  const bent = Buffer.from(hello)
  bent[43] = 255 // the session id now reaches far into the rest
  expect(['not TLS', 'nameless']).toContain(readServerName(bent))
})

test('any byte may be wrong without harm', () => {
  for (let at = 0; at < hello.length; at++) {
    const bent = Buffer.from(hello)
    bent[at] = 0xff
    expect(() => readServerName(bent)).not.toThrow()
  }
})

test('reads the host of a request, without its port', () => {
  expect(head('GET /a?b HTTP/1.1\r\nHost: App.Example.Localhost:8080\r\n\r\n')).toEqual({
    host: 'app.example.localhost',
    path: '/a?b',
  })
  expect(['', 'GE', 'GET /', 'GET / HTTP/1.1\r\nHost: a\r\n'].map(head)).toEqual([
    'not HTTP',
    'incomplete',
    'incomplete',
    'incomplete',
  ])
  expect(head('GET / HTTP/1.1\r\nAccept: */*\r\n\r\n')).toBe('nameless')
  expect(head('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')).toBe('nameless')
  expect(head('GET / HTTP/3\r\nHost: a\r\n\r\n')).toBe('not HTTP')
})
