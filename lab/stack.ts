import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LocalWorkspace, Stack } from '@pulumi/pulumi/automation/index.js'
import { parse, stringify } from 'yaml'
import { $ } from 'zx'
import { labEnvironment, stackName } from './environment.ts'
import { repository, type LabPaths } from './paths.ts'
import { installPlugins, type PluginOrigin } from './plugins.ts'
import { removeStaleLocks } from './stale-locks.ts'
import type { LabStatus } from './status.ts'

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
  await writeProject(paths)
  await removeStaleLocks(paths)
  // The Automation API looks for the engine on this process's own path, whatever the stack's environment says.
  process.env['PATH'] = envVars['PATH']
  const workspace = await LocalWorkspace.create({ workDir: paths.project, envVars })
  const stack = await Stack.createOrSelect(stackName, workspace)
  await writeSettings(paths, status)
  return { stack, plugins }
}

/** The repository's project in a folder of the lab's own: Pulumi writes salts and defaults beside the project file. */
async function writeProject(paths: LabPaths): Promise<void> {
  const project = parse(await readFile(join(repository, 'Pulumi.yaml'), 'utf8')) as Project
  const { main, plugins } = project
  const providers = plugins.providers.map(({ name, path }) => ({ name, path: join(repository, path) }))
  const own = { ...project, main: join(repository, main), plugins: { providers } }
  await writeFile(join(paths.project, 'Pulumi.yaml'), stringify(own))
}

interface Project {
  main: string
  plugins: { providers: { name: string; path: string }[] }
}

/** The stack's settings: the repository's file, what only the lab knows, and the salt that Pulumi put there. */
async function writeSettings(paths: LabPaths, { acme }: LabStatus): Promise<void> {
  const wanted = parse(await readFile(join(repository, `Pulumi.${stackName}.yaml`), 'utf8')) as Settings
  const made = parse(await readFile(paths.stackSettings, 'utf8').catch(() => '{}')) as Partial<Settings>
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
