import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, isIP, type LookupFunction } from 'node:net'
import { lookup as systemLookup } from 'node:dns'
import { rootCertificates, TLSSocket } from 'node:tls'
import type { UptimeCheck } from '../state/state.ts'
import type { Outside } from './outside.ts'

/** How a target answered. */
export interface TargetAnswer {
  up: boolean
  latencyMs: number
  /** What was seen, for a person: `200`, `connect ECONNREFUSED …`. */
  saw: string
  /** When its certificate ends. */
  certificateEnds?: Date | undefined
}

const patienceMs = 5000
// What answers a ping's question, whether the host is there, without a raw socket: an open or a refused port.
const likelyPorts = [22, 80, 443]

/** Asks the target of a check once, over the network as anyone would. */
export async function askTarget({ type, target }: UptimeCheck, outside: Outside): Promise<TargetAnswer> {
  const begun = performance.now()
  try {
    const answer = await (type === 'ping' ? ping(target, outside) : fetchTarget(target, outside))
    return { ...answer, latencyMs: Math.round(performance.now() - begun) }
  } catch (error) {
    return { up: false, latencyMs: Math.round(performance.now() - begun), saw: (error as Error).message }
  }
}

async function fetchTarget(target: string, outside: Outside): Promise<Omit<TargetAnswer, 'latencyMs'>> {
  const secure = target.startsWith('https:')
  const ca = secure ? [...rootCertificates, await outside.roots()] : []
  const request = secure ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const asked = request(target, {
      agent: false,
      lookup: lookupBy(outside),
      signal: AbortSignal.timeout(patienceMs),
      headers: { 'user-agent': 'DigitalOcean Uptime Probe (lab)' },
      ...(secure ? { ca } : {}),
    })
    asked.once('response', (response) => {
      const { statusCode = 0, socket } = response
      response.resume()
      const ends = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : undefined
      resolve({
        up: statusCode < 400,
        saw: `HTTP ${statusCode}`,
        certificateEnds: ends ? new Date(ends) : undefined,
      })
    })
    asked.once('error', (error) =>
      reject(error.name === 'TimeoutError' ? new Error(`no answer within ${patienceMs / 1000} s`) : error),
    )
    asked.end()
  })
}

async function ping(target: string, outside: Outside): Promise<Omit<TargetAnswer, 'latencyMs'>> {
  const host = URL.canParse(target) ? new URL(target).hostname : target
  const name = host.replace(/^\[(.*)\]$/, '$1')
  const address = isIP(name) ? name : (outside.resolve(name) ?? name)
  const knocks = likelyPorts.map((port) => knock(address, port))
  return Promise.any(knocks).catch(() => {
    throw new Error(`${name} does not answer`)
  })
}

function knock(host: string, port: number): Promise<Omit<TargetAnswer, 'latencyMs'>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: patienceMs })
    const answered = (saw: string) => {
      socket.destroy()
      resolve({ up: true, saw })
    }
    socket.once('connect', () => answered(`port ${port} answers`))
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? answered(`port ${port} refuses`) : reject(error),
    )
  })
}

/** Names of the account's own zones lead where these say, all others where this machine's do. */
function lookupBy(outside: Outside): LookupFunction {
  return (name, options, done) => {
    const own = outside.resolve(name)
    if (own === undefined) systemLookup(name, options, done)
    else if (options.all) done(null, [{ address: own, family: 4 }])
    else done(null, own, 4)
  }
}
