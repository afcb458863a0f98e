import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import {
  createServer as createTcpServer,
  connect,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { readFileSync } from 'node:fs'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { serviceCertificate, type ServiceCertificate } from '../acme/service-certificate.ts'
import { startRelay, type Relay, type RelayOptions } from './start-relay.ts'

const sites: Record<string, string> = { 'acme.lab.test': '127.0.0.2', 'mail.lab.test': '127.0.0.3' }
let state: string
let certificate: ServiceCertificate

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'shoestring-relay-'))
  certificate = await serviceCertificate(state, '127.0.0.1')
})
afterAll(() => rm(state, { recursive: true }))

async function listening(server: Server, address: string, port = 0): Promise<number> {
  server.on('connection', (socket: Socket) => socket.on('error', () => {}))
  server.listen(port, address)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** Two TLS hosts on one port that say who they are and then what they hear. */
async function tlsHosts(): Promise<number> {
  const tls = { key: readFileSync(certificate.keyFile), cert: certificate.certificate }
  let port = 0
  for (const address of Object.values(sites)) {
    const server = createTlsServer(tls, (socket) => {
      socket.on('error', () => {})
      socket.write(address)
      socket.pipe(socket)
    })
    port = await listening(server, address, port)
  }
  return port
}

async function relay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const started = await startRelay({
    resolve: (name) => sites[name],
    httpsPorts: [0],
    httpPorts: [0],
    ...options,
  })
  onTestFinished(() => started.close())
  return started
}

function say(port: number, ...words: (string | Buffer)[]): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  for (const word of words) socket.write(word)
  return socket
}

test.for(['127.0.0.1', '::1'])('takes each name to its host, the TLS untouched (%s)', async (loopback) => {
  const https = await tlsHosts()
  const { https: port } = await relay({ hostPorts: { https, http: 0 } })
  for (const [servername, address] of Object.entries(sites)) {
    const socket = connectTls({ host: loopback, port, servername, ca: certificate.certificate })
    socket.end(' heard')
    expect(await text(socket)).toBe(`${address} heard`)
    expect(socket.authorized).toBe(true)
  }
})

test('carries large bodies both ways to their end', async () => {
  const https = await tlsHosts()
  const { https: port } = await relay({ hostPorts: { https, http: 0 } })
  const socket = connectTls({ port, servername: 'acme.lab.test', ca: certificate.certificate })
  const large = Buffer.alloc(20_000_000, 'x')
  socket.end(large)
  expect((await buffer(socket)).length).toBe('127.0.0.2'.length + large.length)
})

test('relays a hello that comes byte by byte', async () => {
  const https = await tlsHosts()
  const { https: port } = await relay({ hostPorts: { https, http: 0 } })
  const slow = createTcpServer((client) => {
    const onward = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {})
    client.on('data', (chunk: Buffer) => {
      for (const byte of chunk) onward.write(Buffer.of(byte))
    })
    client.on('close', () => onward.destroy())
    onward.pipe(client)
  })
  const slowPort = await listening(slow, '127.0.0.1')
  const socket = connectTls({ port: slowPort, servername: 'mail.lab.test', ca: certificate.certificate })
  expect(String((await once(socket, 'data'))[0])).toBe('127.0.0.3')
  socket.destroy()
})

test('an unknown or missing name, a host that is down: each is an alert the browser understands', async () => {
  const { https: port } = await relay({ hostPorts: { https: 1, http: 1 } })
  const codeOf = async (servername: string) => {
    const [error] = await once(connectTls({ port, servername }), 'error', {
      signal: AbortSignal.timeout(5_000),
    })
    return (error as NodeJS.ErrnoException).code
  }
  expect(await codeOf('nobody.lab.test')).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
  expect(await codeOf('')).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
  expect(await codeOf('acme.lab.test')).toBe('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR')
})

test('sends garbage away at once, and silence after a while', async () => {
  const { https, http } = await relay({ helloTimeoutMs: 100 })
  const decodeError = Buffer.of(21, 3, 3, 0, 2, 2, 50)
  expect(await buffer(say(https, 'GET / HTTP/1.1\r\n\r\n'))).toEqual(decodeError)
  expect(await buffer(say(https, Buffer.of(22, 3, 1)))).toEqual(decodeError)
  expect(await text(say(http))).toContain('HTTP/1.1 400 Bad Request')
  expect(await text(say(http, Buffer.alloc(100_000, 'GET /')))).toContain('HTTP/1.1 400 Bad Request')
})

test('an HTTP request goes on to https; an unknown name is told which there are', async () => {
  const { https, http } = await relay({ names: () => ['acme.lab.test', '*.lab.test', '<b>'] })
  const known = await text(say(http, 'GET /a?b=1 HTTP/1.1\r\nHost: acme.lab.test:80\r\n\r\n'))
  expect(known).toContain(`HTTP/1.1 307 Temporary Redirect`)
  expect(known).toContain(`Location: https://acme.lab.test:${https}/a?b=1\r\n`)
  const unknown = await text(say(http, 'GET / HTTP/1.1\r\nHost: x"><script>\r\n\r\n'))
  expect(unknown).toContain('HTTP/1.1 404 Not Found')
  expect(unknown).toContain(`<a href="https://acme.lab.test:${https}/">acme.lab.test</a>`)
  expect(unknown).toContain('<li>*.lab.test</li>')
  expect(unknown).toContain('The lab has no site x&quot;&gt;&lt;script&gt;.')
})

test('challenges reach the host over plain HTTP, and a host that is down is a 502', async () => {
  const host = createTcpServer((socket) => {
    socket.once('data', (head) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${String(head).split('\r\n')[0]}`))
  })
  const http = await listening(host, '127.0.0.2')
  const started = await relay({ hostPorts: { https: 1, http } })
  const ask = (name: string) =>
    text(say(started.http, `GET /.well-known/acme-challenge/t HTTP/1.1\r\nHost: ${name}\r\n\r\n`))
  expect(await ask('acme.lab.test')).toBe('HTTP/1.1 200 OK\r\n\r\nGET /.well-known/acme-challenge/t HTTP/1.1')
  expect(await ask('mail.lab.test')).toContain('HTTP/1.1 502 Bad Gateway')
})

test('a reset on either side ends the other, and the relay goes on', async () => {
  const sockets: Socket[] = []
  const host = createTcpServer((socket) => void sockets.push(socket))
  const http = await listening(host, '127.0.0.2')
  const started = await relay({ hostPorts: { https: 1, http } })
  const open = async () => {
    const client = say(
      started.http,
      'GET /.well-known/acme-challenge/t HTTP/1.1\r\nHost: acme.lab.test\r\n\r\n',
    )
    const [onward] = (await once(host, 'connection')) as [Socket]
    await once(onward, 'data')
    return { client, onward }
  }
  const first = await open()
  first.client.resetAndDestroy()
  await once(first.onward, 'close')
  const second = await open()
  second.client.resume()
  second.onward.resetAndDestroy()
  await once(second.client, 'close')
  expect(await text(say(started.http, 'GET / HTTP/1.1\r\nHost: nobody\r\n\r\n'))).toContain('404')
  expect(sockets).toHaveLength(2)
})

test('a lookup that fails costs one connection only', async () => {
  let calls = 0
  const { http } = await relay({
    resolve: () => {
      if (calls++ === 0) throw new Error('no zones')
      return undefined
    },
  })
  expect(await text(say(http, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toBe('')
  expect(await text(say(http, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toContain('404')
})

test('takes the first port that is free on both loopback addresses', async () => {
  const busy = createTcpServer()
  const port = await listening(busy, '::1')
  const started = await relay({ httpsPorts: [port, 0] })
  expect(started.https).not.toBe(port)
  await expect(relay({ httpPorts: [started.https] })).rejects.toMatchObject({
    message: `The relay can't listen on 127.0.0.1:${started.https}`,
    fix: expect.stringContaining('ss -ltnp'),
  })
})
