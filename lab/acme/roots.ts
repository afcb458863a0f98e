import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { replaceFile } from '../replace-file.ts'

const keptRoots = 10
const pemPattern = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** Puts a root on top of a bundle; certificates of earlier starts stay good, up to a limit. */
export async function addRoot(bundleFile: string, root: string): Promise<void> {
  const bundle = await readFile(bundleFile, 'utf8').catch(() => '')
  const distinct = new Map(
    [root, ...(bundle.match(pemPattern) ?? [])].flatMap((pem) => {
      const print = fingerprint(pem)
      return print ? [[print, pem.trim()]] : []
    }),
  )
  const newest = [...distinct.values()].slice(0, keptRoots)
  await replaceFile(bundleFile, newest.map((pem) => `${pem}\n`).join(''))
}

function fingerprint(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256
  } catch {
    return undefined
  }
}
