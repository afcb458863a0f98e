import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx'
import { repository, type LabPaths } from './paths.ts'
import { installStandIns } from './stand-ins/install.ts'

/** Whose plugins speak to the cloud: the publisher's, or the lab's own where those can't be downloaded. */
export type PluginOrigin = 'official' | 'stand-ins'

const wanted = ['digitalocean', 'command'] as const

/** Puts the cloud's plugins into the lab's own PULUMI_HOME, once; the official ones wherever they can be had. */
export async function installPlugins(paths: LabPaths, env: Record<string, string>): Promise<PluginOrigin> {
  const note = join(paths.pulumiHome, 'plugins-origin')
  const known = existsSync(note) ? ((await readFile(note, 'utf8')) as PluginOrigin) : undefined
  const origin = known ?? ((await areReachable()) ? 'official' : 'stand-ins')
  if (origin === 'stand-ins') await installStandIns(paths.pulumiHome)
  else if (!known) {
    const $$ = $({ env: { ...process.env, ...env }, quiet: true })
    for (const name of wanted) await $$`pulumi plugin install resource ${name} ${await sdkVersion(name)}`
  }
  if (!known) await writeFile(note, origin)
  return origin
}

/** Asked with one small request, so that a closed network costs seconds and not a minute. */
async function areReachable(): Promise<boolean> {
  const version = await sdkVersion('command')
  const url = `https://get.pulumi.com/releases/plugins/pulumi-resource-command-v${version}-linux-amd64.tar.gz`
  const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch(
    () => undefined,
  )
  return answer?.ok ?? false
}

async function sdkVersion(name: string): Promise<string> {
  const file = join(repository, 'node_modules', '@pulumi', name, 'package.json')
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string }
  return version.replace(/^v/, '')
}
