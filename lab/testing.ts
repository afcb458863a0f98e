import { existsSync } from 'node:fs'
import { test as base } from 'vitest'
import { readToolchain } from '../plugin/toolchain.ts'
import { openTestLab, type TestHost, type TestLab } from './hosts/test-lab.ts'

export type { TestHost, TestLab } from './hosts/test-lab.ts'

/** What hosts' disks are laid over: the toolchain's image, unless the environment names another. */
export async function testImage(): Promise<string | undefined> {
  const named = process.env['SHOESTRING_IMAGE']
  if (named) return named
  const toolchain = await readToolchain().catch(() => undefined)
  return toolchain?.image.path
}

const image = await testImage()
const missing = reasonToSkip()
if (missing) console.warn(`host tests are skipped: ${missing}`)

/** Tests on real hosts: `host` is a fresh Debian for each test, `lab` has room for more of them. */
export const test = base
  // Claimed by the first test of a file that wants it, gone after the last, also when one fails.
  .extend('sharedLab', { scope: 'file' }, async ({}, { onCleanup }) => {
    let opened: Promise<TestLab> | undefined
    onCleanup(async () => (await opened?.catch(() => undefined))?.remove())
    return { open: () => (opened ??= openTestLab(image ?? '')) }
  })
  .extend('lab', async ({ sharedLab, skip }): Promise<TestLab> => {
    if (missing) skip(missing)
    return sharedLab.open()
  })
  .extend('host', async ({ lab }, { onCleanup }): Promise<TestHost> => {
    const made = lab.addHost()
    onCleanup(async () => {
      const host = await made.catch(() => undefined)
      if (host) await lab.removeHost(host)
    })
    return made
  })

function reasonToSkip(): string | undefined {
  if (process.getuid?.() !== 0) return 'they need root, for namespaces and mounts; run them with sudo'
  if (!image || !existsSync(image)) return 'there is no Debian image yet; make it with: node setup.mjs test'
  return undefined
}
