import { requestFor } from '../../plugin/host.ts'
import { provision } from '../../plugin/provisioning.ts'
import type { Ssh } from '../../plugin/ssh.ts'
import { reasonOf } from '../../provision/errors.ts'
import type { Deployed } from '../deployed.ts'
import { certificateOf, type Certificate } from './certificates.ts'
import { readHostFacts, type HostFacts } from './host-facts.ts'
import { runLynis, type Lynis } from './lynis.ts'
import { openFromOutside, type Outside } from './open-from-outside.ts'
import { runSshAudit, type SshAudit } from './ssh-audit.ts'
import { udpAnswers, type UdpAnswer } from './udp-answers.ts'

/** A part of the page, or why there is none. */
export type Part<T> = T | { notSeen: string }

/** What a step would set, and why this host can't take it. */
export interface LeftOut {
  step: string
  reasons: string[]
}

/** Everything that an audit found. */
export interface Audit {
  stack: string
  host: string
  address: string
  address6: string | undefined
  at: string
  /** Ports that the settings let in: `443/tcp`. */
  allowed: string[]
  outside: Part<Outside>[]
  udp: Part<{ address: string; answers: Record<number, UdpAnswer> }>[]
  lynis: Part<Lynis>
  sshAudit: Part<SshAudit>
  certificates: Part<Certificate>[]
  facts: Part<HostFacts>
  /** What the steps would set if this host could take it, and why it can't. */
  leftOut: Part<LeftOut[]>
  lastBackup: string | null
}

export const seen = <T extends object>(found: Part<T>): found is T => !('notSeen' in found)

/** Looks at a host from outside and from within; a part that can't be had says so and stops no other. */
export async function look(
  { stack, name, host, address6, ca }: Deployed,
  ssh: Ssh,
  say: (words: string) => void,
): Promise<Audit> {
  say('asking the host')
  const facts = await part(() => readHostFacts(ssh))
  const { tcp, udp } = seen(facts) ? facts.listening : { tcp: [], udp: [] }
  say('trying its ports from here')
  const addresses = [host.address, ...(address6 ? [address6] : [])]
  const outside: Part<Outside>[] = []
  for (const address of addresses) outside.push(await part(() => openFromOutside(address, tcp)))
  const sites = ['www', 'app', 'admin'].map((site) => `${site}.${host.domain}`)
  const [udpSeen, certificates] = await Promise.all([
    Promise.all(
      addresses.map((address) =>
        part(async () => ({ address, answers: await udpAnswers(address, udp) }), 'UDP'),
      ),
    ),
    Promise.all(sites.map((site) => part(() => certificateOf(site, host.address, ca), site))),
  ])
  const leftOut = await part(() => readLeftOut(host, ssh))
  say('ssh-audit')
  const sshAudit = await part(() => runSshAudit(host.address))
  say('Lynis, about a minute')
  // Last and alone: it takes all of a small host's processor.
  const lynis = await part(() => runLynis(ssh))
  return {
    stack,
    host: name,
    address: host.address,
    address6,
    at: new Date().toISOString(),
    allowed: host.allow,
    outside,
    udp: udpSeen,
    lynis,
    sshAudit,
    certificates,
    facts,
    leftOut,
    lastBackup: null,
  }
}

async function readLeftOut(host: Deployed['host'], ssh: Ssh): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = []
  await provision(ssh, await requestFor(host, 'plan'), (event) => {
    if (event.event === 'left out') leftOut.push({ step: event.step, reasons: event.reasons })
  })
  return leftOut
}

async function part<T extends object>(work: () => Promise<T>, of?: string): Promise<Part<T>> {
  try {
    return await work()
  } catch (error) {
    return { notSeen: [of, reasonOf(error)].filter(Boolean).join(': ') }
  }
}
