import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { LocalWorkspace, Stack } from '@pulumi/pulumi/automation/index.js'
import { parse, stringify } from 'yaml'
import { $ } from 'zx'
import { readToolchain } from '../plugin/toolchain.ts'
import { kept } from './kept.ts'
import { repository, type LabPaths } from './paths.ts'
import { installPlugins, type PluginOrigin } from './plugins.ts'
import { removeStaleLocks } from './stale-locks.ts'
import type { LabStatus } from './status.ts'

export const stackName = 'local'

/** What the engine must find in its environment to work with this lab and with nothing else. */
export async function labEnvironment(paths: LabPaths, status: LabStatus): Promise<Record<string, string>> {
  const engine = dirname((await readToolchain()).pulumi.path)
  return {
    PATH: [dirname(process.execPath), engine, process.env['PATH']].join(':'),
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: `file://${paths.pulumiState}`,
    PULUMI_CONFIG_PASSPHRASE: await kept(paths.passphrase),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    // Program and plugins start anew with every command; compiled once, they start in two thirds of the time.
    NODE_COMPILE_CACHE: join(paths.pulumiHome, 'compiled'),
    DIGITALOCEAN_API_URL: status.api,
    DIGITALOCEAN_TOKEN: await kept(paths.token),
  }
}

/** The stack `local`, ready to be brought up: state, plugins and settings in place. */
export async function openStack(
  paths: LabPaths,
  status: LabStatus,
): Promise<{ stack: Stack; plugins: PluginOrigin }> {
  await Promise.all(
    [paths.pulumiHome, paths.pulumiState, paths.project].map((path) => mkdir(path, { recursive: true })),
  )
  const envVars = await labEnvironment(paths, status)
  const plugins = await installPlugins(paths, envVars)
  await initStack(paths, envVars)
  await removeStaleLocks(paths)
  await writeSettings(paths, status)
  // The Automation API looks for the engine on this process's own path, whatever the stack's environment says.
  process.env['PATH'] = envVars['PATH']
  const workspace = await LocalWorkspace.create({ workDir: repository, envVars })
  return { stack: await Stack.select(stackName, workspace), plugins }
}

/** Made from a folder of its own, because it writes a settings file beside the project, and the repository's is not the lab's. */
async function initStack(paths: LabPaths, env: Record<string, string>): Promise<void> {
  const made = await readFile(paths.stackSettings, 'utf8').catch(() => '')
  if (made.includes('encryptionsalt')) return
  const { name } = parse(await readFile(join(repository, 'Pulumi.yaml'), 'utf8')) as { name: string }
  await writeFile(join(paths.project, 'Pulumi.yaml'), stringify({ name, runtime: 'nodejs' }))
  const $$ = $({ cwd: paths.project, env: { ...process.env, ...env }, quiet: true })
  await $$`pulumi stack init ${stackName} --non-interactive`
}

/** The stack's settings: the repository's file, what only the lab knows, and the salt that Pulumi put there. */
async function writeSettings(paths: LabPaths, { acme }: LabStatus): Promise<void> {
  const wanted = parse(await readFile(join(repository, `Pulumi.${stackName}.yaml`), 'utf8')) as Settings
  const made = parse(await readFile(paths.stackSettings, 'utf8')) as Settings
  const publicKey = (await readFile(`${await operatorKey(paths)}.pub`, 'utf8')).trim()
  const config = {
    'shoestring:operators': [{ name: 'dev', keys: [publicKey] }],
    'shoestring:sshKeyFile': paths.key,
    'shoestring:acme': acme,
    ...wanted.config,
  }
  await writeFile(paths.stackSettings, stringify({ ...made, config }))
}

interface Settings {
  encryptionsalt?: string
  config: Record<string, unknown>
}

/** The lab's operator: a key without a passphrase, made once, that opens only hosts of this lab. */
export async function operatorKey({ key }: LabPaths): Promise<string> {
  const known = await readFile(`${key}.pub`, 'utf8').catch(() => undefined)
  if (!known) await $({ quiet: true })`ssh-keygen -q -t ed25519 -N ${''} -C lab -f ${key}`
  return resolve(key)
}
