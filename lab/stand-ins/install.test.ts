import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { installStandIns } from './install.ts'

test('puts both plugins where the engine looks for them, once, and they start', async () => {
  const home = await mkdtemp(join(tmpdir(), 'shoestring-install-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const installed = await installStandIns(home)
  expect(installed.map(({ name }) => name)).toEqual(['digitalocean', 'command'])
  for (const { name, version, path } of installed) {
    expect(path).toBe(join(home, 'plugins', `resource-${name}-v${version}`, `pulumi-resource-${name}`))
    expect(await handshake(path)).toMatch(/^\d+\n$/)
  }
  const written = await Promise.all(installed.map(async ({ path }) => (await stat(path)).mtimeMs))
  await installStandIns(home)
  expect(await Promise.all(installed.map(async ({ path }) => (await stat(path)).mtimeMs))).toEqual(written)
})

/** The first thing a plugin says: its port. */
function handshake(path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const plugin = execFile(path, (error) => {
    if (error && !plugin.killed) reject(error)
  })
  plugin.stdout?.once('data', (said: string) => {
    plugin.kill()
    resolve(said)
  })
  return promise
}
