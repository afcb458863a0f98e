import type { Host } from '../host.ts'

export interface Packages {
  installed: Set<string>
  /** dpkg was stopped halfway: it has a journal left, or packages that are unpacked but not set up. */
  interrupted: boolean
}

/** What a fresh Debian 13 droplet has, as far as steps look at it. */
export const barePackages: Packages = { installed: new Set(['ca-certificates', 'sudo']), interrupted: false }

/** Reads dpkg's own file: dpkg-query would take ten times as long for the same answer. */
export async function readPackages(host: Host): Promise<Packages> {
  const [status, updates] = await Promise.all([
    host.read('/var/lib/dpkg/status'),
    host.list('/var/lib/dpkg/updates'),
  ])
  const packages = parsePackages(status ?? '')
  return { ...packages, interrupted: packages.interrupted || updates.some((name) => /^\d+$/.test(name)) }
}

export function parsePackages(status: string): Packages {
  const installed = new Set<string>()
  let interrupted = false
  for (const [, name = '', state = ''] of status.matchAll(/^Package: (.+)\nStatus: \S+ \S+ (\S+)$/gm)) {
    if (state === 'installed') installed.add(name)
    else if (state !== 'not-installed' && state !== 'config-files') interrupted = true
  }
  return { installed, interrupted }
}
