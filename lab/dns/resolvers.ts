import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'

/** The resolvers that the machine itself asks. */
export async function readResolvers(path = '/etc/resolv.conf'): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return parseResolvers(text)
}

export function parseResolvers(text: string): string[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((address) => address !== undefined)
    .filter((address) => isIP(address.replace(/%.*$/, '')) > 0)
}
