import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { readToolchain } from '../plugin/toolchain.ts'
import { OperatorError } from '../provision/errors.ts'
import { alone, Busy } from './alone.ts'
import { keepAcme } from './acme/keep-acme.ts'
import { createApi } from './digitalocean/api.ts'
import { heldRunFile } from './digitalocean/wire/held-run.ts'
import { jsonLines } from './digitalocean/wire/request-log.ts'
import { Store } from './digitalocean/state/store.ts'
import { zones } from './digitalocean/domains/zone-file.ts'
import { addressedNames, addressOf } from './dns/address-of.ts'
import { readResolvers } from './dns/resolvers.ts'
import { startDns } from './dns/start-dns.ts'
import { openHosts } from './hosts/open-hosts.ts'
import { kept } from './kept.ts'
import { startMail } from './mail/start-mail.ts'
import { startNamecheap } from './namecheap/start-namecheap.ts'
import { submission } from './mail/submission.ts'
import { labPaths, type LabPaths } from './paths.ts'
import { endRecordedProcesses } from './processes.ts'
import { startRelay } from './relay/start-relay.ts'
import { takeDown } from './cleanup.ts'
import { claimSlot } from './claim-slot.ts'
import type { Slot } from './slot.ts'
import { forgetStatus, writeStatus, type LabStatus } from './status.ts'

/** What the process that started us is told: everything answers, or why not. */
export type Report = { ready: LabStatus } | { failed: Failure }

interface Failure {
  message: string
  why?: string
  fix?: string
  /** Another daemon of this folder was there first. */
  busy: boolean
}

interface Service {
  close(): Promise<unknown>
}

/** The lab's one process: API, DNS, certificates, mail and the way in for a browser. Hosts outlive it. */
async function run(paths: LabPaths): Promise<LabStatus> {
  await mkdir(paths.logs, { recursive: true })
  await alone(paths.state)
  // A daemon that was killed leaves its children, which hold its ports.
  await endRecordedProcesses(paths.state)
  const services: Service[] = []
  const closeAll = async (): Promise<void> => {
    for (const service of services.toReversed()) await service.close()
    process.exit(0)
  }
  let ending: Promise<void> | undefined
  const end = (): Promise<void> => (ending ??= closeAll())
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end())
  const started = <S extends Service>(service: S): S => {
    services.push(service)
    return service
  }

  const { image, pebble } = await readToolchain()
  const store = await Store.open(paths.cloud)
  const slot = await claimSlot(paths.state)
  sameAddresses(store, slot)
  const machines = await openHosts({ slot, stateFolder: paths.state, image: image.path })
  const resolvers = await readResolvers()
  const dns = started(
    await startDns({ address: slot.gateway, port: 53, zones: () => zones(store), upstream: resolvers }),
  )
  const acme = started(
    await keepAcme({
      pebble: pebble.path,
      address: slot.gateway,
      dns: `${dns.address}:${dns.port}`,
      stateFolder: paths.state,
    }),
  )
  const password = await kept(paths.mailPassword)
  const mail = started(
    await startMail({
      address: slot.gateway,
      stateFolder: paths.state,
      certificate: acme.certificate,
      password,
    }),
  )
  const { certificate } = acme.certificate
  const outside = {
    sendMail: submission({ address: slot.gateway, port: mail.submissionPort, password, certificate }),
    resolve: (name: string) => addressOf(zones(store), name),
    roots: () => readFile(acme.ca, 'utf8'),
  }
  const api = started(createApi({ store, machines, outside, log: jsonLines(paths.requests) }))
  // Loaded in test runs only: a lab of people's has neither the description nor what reads it.
  if (heldRunFile) (await import('./digitalocean/wire/description.ts')).holdToDescription(api)
  await api.reconcile()
  await api.listen({ host: '127.0.0.1', port: 0 })
  const namecheap = started(await startNamecheap(paths))
  const relay = started(
    await startRelay({
      resolve: (name) => addressOf(zones(store), name),
      names: () => addressedNames(zones(store)),
    }),
  )

  const status: LabStatus = {
    pid: process.pid,
    api: `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`,
    namecheap: namecheap.url,
    dns: `${dns.address}:${dns.port}`,
    acme: { directory: acme.directory, rootCertificate: acme.rootCertificate },
    ca: acme.ca,
    smtp: { address: slot.gateway, smtps: mail.smtpsPort, submission: mail.submissionPort },
    mail: mail.page,
    relay: { https: relay.https, http: relay.http },
  }
  await writeStatus(paths, status)
  started({ close: () => forgetStatus(paths) })
  // The last to start is the first to end: it must not take our own forgetting for a deleted clone.
  started(endWithFolder(paths, slot, end))
  return status
}

/** A clone that is deleted takes its lab with it; nobody could end it any more. */
function endWithFolder({ status }: LabPaths, slot: Slot, end: () => Promise<void>): Service {
  const look = setInterval(() => {
    // Not the folder itself: what is mounted in it outlives an `rm -rf`.
    if (existsSync(status)) return
    clearInterval(look)
    void takeDown(slot).then(end, end)
  }, folderLookMs)
  return { close: async () => clearInterval(look) }
}

const folderLookMs = 2000

/** Droplets keep the addresses they were given; in another slot nothing would lead to them. */
function sameAddresses(store: Store, { addresses, subnet }: Slot): void {
  const lost = store.state.droplets.filter(({ ipv4 }) => ipv4 !== undefined && !addresses.includes(ipv4))
  if (lost.length === 0) return
  throw new OperatorError('the addresses of this lab are in use by another lab', {
    why: `${lost.map(({ name, ipv4 }) => `${name} is ${ipv4}`).join(', ')}; what is free is ${subnet}`,
    fix: 'end the other lab and start again, or begin anew: npm run lab -- reset',
  })
}

const report = (said: Report): void => {
  process.send?.(said)
}

if (import.meta.main) {
  const state = process.argv[2]
  if (!state) throw new Error('the lab daemon needs its state folder')
  try {
    report({ ready: await run(labPaths(state)) })
    process.disconnect?.()
  } catch (error) {
    const { message, why, fix, stack } = error as Error & { why?: string; fix?: string }
    console.error(stack)
    report({ failed: { message, ...(why && { why }), ...(fix && { fix }), busy: error instanceof Busy } })
    process.exit(1)
  }
}
