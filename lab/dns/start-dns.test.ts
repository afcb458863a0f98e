import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { decode, encode, type Packet } from 'dns-packet'
import { onTestFinished, expect, test } from 'vitest'
import { parseEndpoint } from './forward.ts'
import { framed, readFrames } from './framing.ts'
import { parseResolvers } from './resolvers.ts'
import { startDns, type Dns, type DnsOptions } from './start-dns.ts'
import type { Zone } from './zone.ts'

const longText = 'k'.repeat(700)
const manyTexts = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(200))
const zone: Zone = {
  name: 'example.localhost',
  records: [
    { type: 'A', name: '@', data: '198.51.100.3', ttl: 60 },
    { type: 'AAAA', name: '@', data: '2001:db8:5c::3', ttl: 60 },
    { type: 'CNAME', name: 'app', data: '@', ttl: 60 },
    { type: 'NS', name: '@', data: 'ns1.digitalocean.com', ttl: 60 },
    { type: 'MX', name: '@', data: 'mail.example.localhost', ttl: 60, priority: 10 },
    { type: 'TXT', name: 'dkim', data: longText, ttl: 60 },
    ...manyTexts.map((data) => ({ type: 'TXT', name: 'many', data, ttl: 60 })),
    { type: 'CAA', name: '@', data: 'letsencrypt.org', ttl: 60, flags: 128, tag: 'issue' },
    {
      type: 'SRV',
      name: '_smtp._tcp',
      data: 'mail.example.localhost',
      ttl: 60,
      priority: 1,
      weight: 2,
      port: 465,
    },
    { type: 'A', name: 'broken', data: 'not an address', ttl: 60 },
  ],
}

async function dns(options: Partial<DnsOptions> = {}): Promise<Dns> {
  const server = await startDns({
    address: '127.0.0.1',
    port: 0,
    zones: () => [zone],
    upstream: [],
    ...options,
  })
  onTestFinished(() => server.close())
  return server
}

function resolver(server: Dns): Resolver {
  const ours = new Resolver({ timeout: 20_000, tries: 1 })
  ours.setServers([`127.0.0.1:${server.port}`])
  return ours
}

async function exchange(server: Dns, bytes: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4')
  socket.send(bytes, server.port, '127.0.0.1')
  const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(20_000) })) as [Buffer]
  socket.close()
  return reply
}

function query(name: string, type: 'A' | 'TXT' | 'AXFR' = 'A', more: Packet = {}): Buffer {
  return encode({ type: 'query', id: 4242, flags: 0x100, questions: [{ name, type }], ...more })
}

function edns(ednsVersion: number): Packet {
  return {
    additionals: [
      { type: 'OPT', name: '.', udpPayloadSize: 4096, extendedRcode: 0, ednsVersion, flags: 0, options: [] },
    ] as unknown as NonNullable<Packet['additionals']>,
  }
}

function codeOf(reply: Buffer): number {
  return reply.readUInt16BE(2) & 0xf
}

test('answers every kind of record that the cloud keeps', async () => {
  const ours = resolver(await dns())
  expect(await ours.resolve4('EXAMPLE.localhost')).toEqual(['198.51.100.3'])
  expect(await ours.resolve6('app.example.localhost')).toEqual(['2001:db8:5c::3'])
  expect(await ours.resolveCname('app.example.localhost')).toEqual(['example.localhost'])
  expect(await ours.resolveNs('example.localhost')).toEqual(['ns1.digitalocean.com'])
  expect(await ours.resolveMx('example.localhost')).toMatchObject([
    { exchange: 'mail.example.localhost', priority: 10 },
  ])
  expect(await ours.resolveSrv('_smtp._tcp.example.localhost')).toMatchObject([
    { name: 'mail.example.localhost', priority: 1, weight: 2, port: 465 },
  ])
  expect(await ours.resolveCaa('example.localhost')).toMatchObject([
    { critical: 128, issue: 'letsencrypt.org' },
  ])
  expect(await ours.resolveSoa('example.localhost')).toMatchObject({
    nsname: 'ns1.digitalocean.com',
    minttl: 1,
  })
  expect((await ours.resolveTxt('dkim.example.localhost')).map((parts) => parts.join(''))).toEqual([longText])
})

test('says that it is the authority, and repeats the name as it was written', async () => {
  const reply = decode(await exchange(await dns(), query('eXample.localhost')))
  expect([reply.flag_aa, reply.flag_ra, reply.flag_rd, reply.flag_tc]).toEqual([true, true, true, false])
  expect(reply.questions?.[0]?.name).toBe('eXample.localhost')
})

test('cuts what a datagram cannot hold and gives the whole over TCP', async () => {
  const server = await dns()
  const cut = decode(await exchange(server, query('many.example.localhost', 'TXT')))
  expect([cut.flag_tc, cut.answers?.length]).toEqual([true, 0])
  const whole = await resolver(server).resolveTxt('many.example.localhost')
  expect(whole.map((parts) => parts.join(''))).toEqual(manyTexts)
})

test('uses the larger datagrams of EDNS, and knows no version of it but 0', async () => {
  const server = await dns()
  const large = decode(await exchange(server, query('dkim.example.localhost', 'TXT', edns(0))))
  expect([large.flag_tc, large.answers?.length, large.additionals?.[0]?.type]).toEqual([false, 1, 'OPT'])
  const refused = decode(await exchange(server, query('example.localhost', 'A', edns(1))))
  expect(refused.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }])
})

test('sees a record as soon as the API has it', async () => {
  const zones: Zone[] = []
  const server = await dns({ zones: () => zones })
  zones.push(zone)
  expect(await resolver(server).resolve4('app.example.localhost')).toEqual(['198.51.100.3'])
})

test('keeps localhost on the machine', async () => {
  const ours = resolver(await dns())
  expect(await ours.resolve4('localhost')).toEqual(['127.0.0.1'])
  expect(await ours.resolve6('other.localhost')).toEqual(['::1'])
})

test('passes other names on, over UDP and TCP, and the reply back unread', async () => {
  const records = [
    { type: 'A', name: '@', data: '192.0.2.7', ttl: 60 },
    ...manyTexts.map((data) => ({ type: 'TXT', name: '@', data, ttl: 60 })),
  ]
  const world = await dns({ zones: () => [{ name: 'world.test', records }] })
  const server = await dns({ upstream: [`127.0.0.1:${world.port}`] })
  expect(await resolver(server).resolve4('world.test')).toEqual(['192.0.2.7'])
  expect((await resolver(server).resolveTxt('world.test')).length).toBe(9)
  expect(codeOf(await exchange(server, query('nothing.world.test')))).toBe(3)
})

test('asks the next resolver when one is silent, and says SERVFAIL when all are', async () => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const deaf = `127.0.0.1:${silent.address().port}`
  const world = await dns({
    zones: () => [{ name: 'world.test', records: [{ type: 'A', name: '@', data: '192.0.2.7', ttl: 60 }] }],
  })
  const second = await dns({ upstream: [deaf, `127.0.0.1:${world.port}`], upstreamTimeoutMs: 1000 })
  expect(await resolver(second).resolve4('world.test')).toEqual(['192.0.2.7'])
  const lost = await dns({ upstream: [deaf], upstreamTimeoutMs: 100 })
  expect(codeOf(await exchange(lost, query('world.test')))).toBe(2)
})

test('never asks itself', async () => {
  const taken = createSocket('udp4').bind(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address()
  taken.close()
  await once(taken, 'close')
  const server = await dns({ port, upstream: [`127.0.0.1:${port}`], upstreamTimeoutMs: 60_000 })
  expect(codeOf(await exchange(server, query('world.test')))).toBe(2)
})

test('one broken record costs nobody else an answer, and zones are not handed out whole', async () => {
  const server = await dns()
  expect(codeOf(await exchange(server, query('broken.example.localhost')))).toBe(2)
  expect(codeOf(await exchange(server, query('example.localhost', 'AXFR')))).toBe(5)
  expect(codeOf(await exchange(server, query('example.localhost')))).toBe(0)
})

test('lives through garbage on both transports', async () => {
  const server = await dns()
  const socket = createSocket('udp4')
  const whole = query('example.localhost')
  for (let round = 0; round < 300; round++) {
    const bent = Buffer.from(whole)
    bent[round % whole.length] = round
    socket.send(bent.subarray(0, whole.length - (round % 5)), server.port, '127.0.0.1')
    socket.send(randomBytes(round), server.port, '127.0.0.1')
  }
  const tcp = connect(server.port, '127.0.0.1')
  tcp.on('error', () => {})
  // Some of the noise is a query: what is answered has to be read, or the connection never ends.
  tcp.resume()
  tcp.end(randomBytes(5_000))
  await once(tcp, 'close')
  socket.close()
  expect(codeOf(await exchange(server, Buffer.concat([whole.subarray(0, 12), Buffer.alloc(3, 0xff)])))).toBe(
    1,
  )
  expect(codeOf(await exchange(server, whole))).toBe(0)
})

test('answers several questions on one connection, however they are cut', async () => {
  const server = await dns()
  const socket = connect(server.port, '127.0.0.1')
  const replies: Buffer[] = []
  readFrames(socket, (reply) => {
    replies.push(reply)
    if (replies.length === 2) socket.end()
  })
  const both = Buffer.concat([framed(query('example.localhost')), framed(query('app.example.localhost'))])
  for (const byte of both) socket.write(Buffer.of(byte))
  await once(socket, 'close')
  expect(replies.map((reply) => decode(reply).answers?.length)).toEqual([1, 2])
})

test('names a port that is taken and how to find its owner', async () => {
  const first = await dns()
  await expect(dns({ port: first.port })).rejects.toMatchObject({
    message: `DNS can't listen on 127.0.0.1:${first.port}`,
    why: `something else listens on ${first.port}/tcp`,
    fix: expect.stringContaining(`ss -ltnp 'sport = :${first.port}'`),
  })
})

test("reads the machine's resolvers and every way to write one", () => {
  expect(
    parseResolvers('# dhcp\nnameserver 192.0.2.53\nsearch lan\n nameserver fe80::1%eth0\nnameserver x'),
  ).toEqual(['192.0.2.53', 'fe80::1%eth0'])
  expect(['192.0.2.1', '192.0.2.1:5353', '2001:db8::1', '[2001:db8::1]:5353'].map(parseEndpoint)).toEqual([
    { host: '192.0.2.1', port: 53 },
    { host: '192.0.2.1', port: 5353 },
    { host: '2001:db8::1', port: 53 },
    { host: '2001:db8::1', port: 5353 },
  ])
})
