import { execFile } from 'node:child_process'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface ServiceCertificate {
  keyFile: string
  certificateFile: string
  /** PEM; being its own issuer, it is also what a client must trust. */
  certificate: string
}

const names = ['acme.lab.test', 'mail.lab.test']
const validDays = 90
const renewBeforeMs = 7 * 24 * 3600 * 1000

/** The certificate of the lab's own TLS listeners (ACME, SMTP): kept, and made anew when it is about to expire or for another address. */
export async function serviceCertificate(
  stateFolder: string,
  address: string,
  now = new Date(),
): Promise<ServiceCertificate> {
  const folder = join(stateFolder, 'acme')
  const keyFile = join(folder, 'service-key.pem')
  const certificateFile = join(folder, 'service-certificate.pem')
  const kept = await readFile(certificateFile, 'utf8').catch(() => '')
  if (isGood(kept, await readFile(keyFile, 'utf8').catch(() => ''), address, now))
    return { keyFile, certificateFile, certificate: kept }
  await mkdir(folder, { recursive: true })
  await make(`${keyFile}.part`, `${certificateFile}.part`, address)
  // A key without its certificate, after a crash between the two, is seen as no good by the next start.
  await rename(`${keyFile}.part`, keyFile)
  await rename(`${certificateFile}.part`, certificateFile)
  return { keyFile, certificateFile, certificate: await readFile(certificateFile, 'utf8') }
}

function isGood(certificate: string, key: string, address: string, now: Date): boolean {
  try {
    const parsed = new X509Certificate(certificate)
    return (
      parsed.checkPrivateKey(createPrivateKey(key)) &&
      parsed.checkIP(address) !== undefined &&
      names.every((name) => parsed.checkHost(name) !== undefined) &&
      parsed.validFromDate <= now &&
      parsed.validToDate.getTime() - now.getTime() > renewBeforeMs
    )
  } catch {
    return false
  }
}

async function make(keyFile: string, certificateFile: string, address: string): Promise<void> {
  const alternatives = [`IP:${address}`, ...names.map((name) => `DNS:${name}`)].join(',')
  // CA:FALSE: whoever trusts it trusts these listeners, not an authority that could vouch for others.
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days ${validDays}
    -subj /CN=acme.lab.test -addext subjectAltName=${alternatives}
    -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth`.split(/\s+/)
  await rm(keyFile, { force: true })
  await promisify(execFile)('openssl', [...args, '-keyout', keyFile, '-out', certificateFile], {
    timeout: 30_000,
  })
}
