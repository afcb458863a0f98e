import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

const body = `{"email":"${'a'.repeat(5000)}"}`

async function asking(
  headers: Record<string, string>,
): Promise<{ socket: ReturnType<typeof connect>; said: () => string }> {
  const { service } = await withService()
  const { port } = new URL(await service.sites.app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => (said += text))
  const lines = {
    host: 'app.example.com',
    connection: 'close',
    'content-type': 'application/json',
    ...headers,
  }
  const head = Object.entries(lines).map((line) => line.join(': '))
  socket.write(`POST /api/session HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`)
  return { socket, said: () => said }
}

test.each([
  ['from another site', { 'sec-fetch-site': 'cross-site', 'content-length': String(body.length) }, '403'],
  ['too large', { 'sec-fetch-site': 'same-origin', 'content-length': String(10 + 1_000_000) }, '413'],
])('whoever still sends what is %s gets the answer once it is sent', async (_what, headers, status) => {
  const { socket, said } = await asking(headers)
  await sleep(100)
  expect([said(), socket.readableEnded]).toEqual(['', false])
  socket.write('x'.repeat(Number(headers['content-length']) - 10))
  await once(socket, 'close')
  expect(said()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

test('whoever never sends the rest is answered all the same', async () => {
  const { socket, said } = await asking({
    'sec-fetch-site': 'cross-site',
    'content-length': String(body.length),
  })
  await once(socket, 'close')
  expect(said()).toMatch(/^HTTP\/1.1 403 /)
})
