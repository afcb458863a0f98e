import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatorError } from '../../provision/errors.ts'
import { inUrl, mustBeFree } from '../port-taken.ts'
import { firstAnswer } from './first-answer.ts'
import { spawnPebble } from './pebble.ts'
import { addRoot } from './roots.ts'
import { serviceCertificate, type ServiceCertificate } from './service-certificate.ts'

export interface AcmeOptions {
  /** Pebble's executable. */
  pebble: string
  address: string
  directoryPort?: number
  managementPort?: number
  /** Whom Pebble asks for the names it validates: `198.51.100.1:53`. */
  dns: string
  stateFolder: string
  /** Where it knocks on the host that wants a certificate, for http-01 and tls-alpn-01. */
  httpPort?: number
  tlsPort?: number
  /** Called with its last words when Pebble ends by itself. */
  onExit?: (lastWords: string) => void
}

export interface Acme {
  directory: string
  /** PEM that an ACME client must trust to talk to the directory. */
  rootCertificate: string
  /** The same certificate with its key, for the lab's other TLS listeners. */
  certificate: ServiceCertificate
  /** File with the roots of everything issued here, newest first. */
  ca: string
  close(): Promise<void>
}

/** A certificate authority that validates for real: Pebble, asking the lab's DNS. */
export async function startAcme(options: AcmeOptions): Promise<Acme> {
  const { address, directoryPort = 14000, managementPort = 15000, stateFolder, pebble: path } = options
  const folder = join(stateFolder, 'acme')
  const ca = join(stateFolder, 'ca.pem')
  await mkdir(folder, { recursive: true })
  // Another Pebble on the port would otherwise pass for ours.
  for (const port of [directoryPort, managementPort]) await mustBeFree("The lab's CA", address, port)
  const certificate = await serviceCertificate(stateFolder, address)
  const configuration = {
    listenAddress: `${inUrl(address)}:${directoryPort}`,
    managementListenAddress: `${inUrl(address)}:${managementPort}`,
    certificate: certificate.certificateFile,
    privateKey: certificate.keyFile,
    httpPort: options.httpPort ?? 80,
    tlsPort: options.tlsPort ?? 443,
    keyAlgorithm: 'ecdsa',
    // The name that our CAA records allow, as in production.
    caaIdentities: ['letsencrypt.org'],
    retryAfter: { authz: 1, order: 1 },
  }
  const pebble = await spawnPebble({
    pebble: path,
    folder,
    stateFolder,
    dns: options.dns,
    configuration,
  }).catch((cause: Error) => {
    const fix = 'run setup again: npm run lab -- up'
    throw new OperatorError("The lab's CA does not start", { why: cause.message, fix, cause })
  })
  const directory = `https://${configuration.listenAddress}/dir`
  try {
    const trusted = certificate.certificate
    // Pebble makes a new root at every start.
    const root = `https://${configuration.managementListenAddress}/roots/0`
    await addRoot(ca, await firstAnswer(root, trusted, pebble.ended))
    await firstAnswer(directory, trusted, pebble.ended)
  } catch (cause) {
    await pebble.close()
    const why = `${(cause as Error).message}\n${await pebble.lastWords()}`
    throw new OperatorError("The lab's CA does not start", { why, fix: `read ${pebble.log}`, cause })
  }
  let closing = false
  void pebble.exited.then(async () => closing || options.onExit?.(await pebble.lastWords()))
  return {
    directory,
    rootCertificate: certificate.certificate,
    certificate,
    ca,
    async close() {
      closing = true
      await pebble.close()
    },
  }
}
