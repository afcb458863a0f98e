import type { Socket } from 'node:net'
import { longestHelloBytes, readServerName } from './client-hello.ts'
import { errorPage, redirect, type Site } from './error-page.ts'
import { firstBytes } from './first-bytes.ts'
import { listenOnLoopback } from './loopback.ts'
import { passOn } from './pass-on.ts'
import { longestHeadBytes, readRequestHead } from './request-head.ts'
import { tlsAlert } from './tls-alert.ts'

export interface RelayOptions {
  /** The address of the host that serves a name. */
  resolve: (name: string) => string | undefined
  /** For the page that answers an unknown name. */
  names?: () => readonly string[]
  /** The first free one is taken; 0 is any. */
  httpsPorts?: readonly number[]
  httpPorts?: readonly number[]
  /** Where the hosts listen. */
  hostPorts?: { https: number; http: number }
  helloTimeoutMs?: number
}

export interface Relay {
  https: number
  http: number
  close(): Promise<void>
}

/**
 * Makes the lab's sites open in a browser on this machine: browsers send every name under `.localhost` to loopback, and from there
 * a connection goes on, untouched, to the host of the name that it asks for. HTTP/3 is not relayed (it is UDP, and its first packet
 * is encrypted); a browser that is offered it on the host stays with HTTP/2 here.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { httpsPorts = [443, 8443, 0], httpPorts = [80, 8080, 0] } = options
  const https = await listenOnLoopback('The relay', httpsPorts, (socket) => {
    relayTls(socket, options).catch(() => socket.destroy())
  })
  try {
    const http = await listenOnLoopback('The relay', httpPorts, (socket) => {
      relayHttp(socket, options, https.port).catch(() => socket.destroy())
    })
    return {
      https: https.port,
      http: http.port,
      close: async () => void (await Promise.all([https.close(), http.close()])),
    }
  } catch (error) {
    await https.close()
    throw error
  }
}

async function relayTls(client: Socket, options: RelayOptions): Promise<void> {
  const { resolve, hostPorts, helloTimeoutMs = 10_000 } = options
  const hello = await firstBytes(client, readServerName, {
    limitBytes: longestHelloBytes,
    timeoutMs: helloTimeoutMs,
  })
  if (hello === 'not TLS' || hello === 'incomplete') return bye(client, tlsAlert('decode error'))
  const address = hello === 'nameless' ? undefined : resolve(hello.name)
  if (!address) return bye(client, tlsAlert('unrecognized name'))
  if (!(await passOn(client, address, hostPorts?.https ?? 443))) bye(client, tlsAlert('internal error'))
}

async function relayHttp(client: Socket, options: RelayOptions, httpsPort: number): Promise<void> {
  const { resolve, names = () => [], hostPorts, helloTimeoutMs = 10_000 } = options
  const port = httpsPort === 443 ? '' : `:${httpsPort}`
  const head = await firstBytes(client, readRequestHead, {
    limitBytes: longestHeadBytes,
    timeoutMs: helloTimeoutMs,
  })
  if (typeof head === 'string') return bye(client, errorPage(400, 'This is not a request with one Host.', []))
  const address = resolve(head.host)
  if (!address) return bye(client, errorPage(404, `The lab has no site ${head.host}.`, sites(names(), port)))
  // The host would redirect to its own port 443, which is someone else's on this machine.
  if (port && !head.path.startsWith('/.well-known/acme-challenge/'))
    return bye(client, redirect(`https://${head.host}${port}${head.path}`))
  if (!(await passOn(client, address, hostPorts?.http ?? 80)))
    bye(client, errorPage(502, `The host of ${head.host} does not answer.`, []))
}

function sites(names: readonly string[], port: string): Site[] {
  return names.map((name) => ({ name, url: name.includes('*') ? undefined : `https://${name}${port}/` }))
}

/** Says the last word and ends, also when the other side neither reads nor ends. */
function bye(client: Socket, lastWord: Buffer | string): void {
  client.end(lastWord)
  client.resume()
  client.setTimeout(2_000, () => client.destroy())
}
