import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { serviceCertificate } from '../acme/service-certificate.ts'
import { passOn } from '../relay/pass-on.ts'

const address = '127.0.0.1'

/** The API of that URL at an https URL, with the certificate to trust: some clients send no token over plain http. */
export async function overTls(url: string, folder: string) {
  const { keyFile, certificateFile, certificate } = await serviceCertificate(folder, address)
  const { hostname, port } = new URL(url)
  const server = createServer({ key: await readFile(keyFile), cert: certificate, allowHalfOpen: true })
  server.on('secureConnection', (client) => {
    // A client that hangs up early is its own affair.
    client.on('error', () => client.destroy())
    void passOn(client, hostname, Number(port)).then((reached) => reached || client.destroy())
  })
  server.listen(0, address)
  await once(server, 'listening')
  return {
    url: `https://${address}:${(server.address() as AddressInfo).port}`,
    certificateFile,
    close: () => new Promise((closed) => server.close(closed)),
  }
}
