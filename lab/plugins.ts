import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { $ } from 'zx'
import { readToolchain } from '../plugin/toolchain.ts'
import type { LabPaths } from './paths.ts'
import { installLanguage, installStandIns } from './stand-ins/install.ts'
import { sdkVersion } from './stand-ins/versions.ts'

/** Whose plugins speak to the cloud: the publisher's, or the lab's own where those can't be downloaded. */
export type PluginOrigin = 'official' | 'stand-ins'

const wanted = ['digitalocean', 'command'] as const

/** Puts the cloud's plugins into the lab's own PULUMI_HOME, once; the official ones wherever they can be had. */
export async function installPlugins(paths: LabPaths, env: Record<string, string>): Promise<PluginOrigin> {
  await installLanguage(paths.pulumiHome, dirname((await readToolchain()).pulumi.path))
  const note = join(paths.pulumiHome, 'plugins-origin')
  const known = existsSync(note) ? ((await readFile(note, 'utf8')) as PluginOrigin) : undefined
  const origin = known ?? ((await areReachable()) ? 'official' : 'stand-ins')
  if (origin === 'stand-ins') await installStandIns(paths.pulumiHome)
  else if (!known) {
    const $$ = $({ env: { ...process.env, ...env }, quiet: true })
    for (const name of wanted) await $$`pulumi plugin install resource ${name} ${sdkVersion(name)}`
  }
  if (!known) await writeFile(note, origin)
  return origin
}

/** Asked with one small request, so that a closed network costs seconds and not a minute. */
async function areReachable(): Promise<boolean> {
  const version = sdkVersion('command')
  const url = `https://get.pulumi.com/releases/plugins/pulumi-resource-command-v${version}-linux-amd64.tar.gz`
  const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch(
    () => undefined,
  )
  return answer?.ok ?? false
}
