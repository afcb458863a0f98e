import { once } from 'node:events'
import { createServer } from 'node:net'
import { OperatorError } from '../provision/errors.ts'

/** The error for a port that has another owner: which, and how to find out whose it is. */
export function portTaken(
  service: string,
  address: string,
  port: number,
  protocol: 'tcp' | 'udp',
  cause?: unknown,
): OperatorError {
  const flag = protocol === 'tcp' ? '-ltnp' : '-lunp'
  return new OperatorError(`${service} can't listen on ${inUrl(address)}:${port}`, {
    why: `something else listens on ${port}/${protocol}`,
    fix: `see who it is, and end it: ss ${flag} 'sport = :${port}'`,
    cause,
  })
}

/** Whether a listen failed because the port has another owner. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

/** For a child that would say it only in its log. */
export async function mustBeFree(service: string, address: string, port: number): Promise<void> {
  const probe = createServer().listen(port, address)
  try {
    await once(probe, 'listening')
  } catch (error) {
    throw isTaken(error) ? portTaken(service, address, port, 'tcp', error) : error
  }
  probe.close()
  await once(probe, 'close')
}

/** An address as URLs and `address:port` have it: IPv6 in brackets. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
