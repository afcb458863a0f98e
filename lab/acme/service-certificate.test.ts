import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { addRoot } from './roots.ts'
import { serviceCertificate } from './service-certificate.ts'

async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-acme-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const day = 24 * 3600 * 1000

test('is for the address and the names of the lab, and its key is for the owner alone', async () => {
  const made = await serviceCertificate(await stateFolder(), '198.51.100.1')
  const certificate = new X509Certificate(made.certificate)
  expect(certificate.subjectAltName).toBe('IP Address:198.51.100.1, DNS:acme.lab.test, DNS:mail.lab.test')
  expect(certificate.ca).toBe(false)
  expect((await stat(made.keyFile)).mode & 0o777).toBe(0o600)
  expect(await readFile(made.certificateFile, 'utf8')).toBe(made.certificate)
})

test('is kept while it is good, and made anew when it is not', async () => {
  const state = await stateFolder()
  const first = await serviceCertificate(state, '198.51.100.1')
  expect((await serviceCertificate(state, '198.51.100.1')).certificate).toBe(first.certificate)
  const soonOver = new Date(Date.now() + 84 * day)
  const renewed = await serviceCertificate(state, '198.51.100.1', soonOver)
  expect(renewed.certificate).not.toBe(first.certificate)
  const moved = await serviceCertificate(state, '198.51.100.33')
  expect(moved.certificate).not.toBe(renewed.certificate)
  // A key of another certificate, as after a crash between the two files.
  await writeFile(moved.keyFile, (await readFile(moved.keyFile, 'utf8')).slice(0, 60))
  expect((await serviceCertificate(state, '198.51.100.33')).certificate).not.toBe(moved.certificate)
})

test('keeps the last ten roots, newest first, each once, and drops what is no certificate', async () => {
  const state = await stateFolder()
  const bundle = join(state, 'ca.pem')
  await writeFile(bundle, '-----BEGIN CERTIFICATE-----\nhalf\n-----END CERTIFICATE-----\n')
  const roots: string[] = []
  for (let index = 0; index < 12; index++) {
    const { certificate } = await serviceCertificate(state, `198.51.100.${index + 1}`)
    roots.unshift(certificate)
    await addRoot(bundle, certificate)
    await addRoot(bundle, certificate)
  }
  expect(await readFile(bundle, 'utf8')).toBe(roots.slice(0, 10).join(''))
})
