import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { $ } from 'zx'
import { labEnvironment, stackName } from './environment.ts'
import { repository, type LabPaths } from './paths.ts'
import { installPlugins, type PluginOrigin } from './plugins.ts'
import { kept } from './kept.ts'
import { removeStaleLocks } from './stale-locks.ts'
import type { LabStatus } from './status.ts'

/** Who has a login on the lab's hosts, with the lab's own key. */
export const labOperator = 'dev'

/** Where and how Pulumi's commands work on the stack `local`. */
export interface LabStack {
  readonly name: string
  readonly folder: string
  readonly env: Record<string, string>
  readonly plugins: PluginOrigin
}

/** Makes the stack `local` ready to be brought up: state, plugins and settings in place. */
export async function openStack(paths: LabPaths, status: LabStatus): Promise<LabStack> {
  await Promise.all(
    [paths.pulumiHome, paths.pulumiState, paths.project].map((path) => mkdir(path, { recursive: true })),
  )
  const env = await labEnvironment(paths, status)
  const plugins = await installPlugins(paths, env)
  await writeProject(paths)
  await removeStaleLocks(paths)
  const stack = { name: stackName, folder: paths.project, env, plugins }
  await initStack(paths, stack)
  await writeSettings(paths, status)
  return stack
}

/** Asks the engine only the first time: looking whether a stack is there costs a third of a second. */
async function initStack({ pulumiState }: LabPaths, { name, folder, env }: LabStack): Promise<void> {
  const { name: project } = parse(await readFile(join(folder, 'Pulumi.yaml'), 'utf8')) as Project
  const state = join(pulumiState, '.pulumi', 'stacks', project, `${name}.json`)
  const made = existsSync(state) && existsSync(join(folder, `Pulumi.${name}.yaml`))
  const shell = $({ cwd: folder, env: { ...process.env, ...env }, quiet: true })
  if (!made) await shell`pulumi stack select --create ${name} --non-interactive`
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
  name: string
  main: string
  plugins: { providers: { name: string; path: string }[] }
}

/** The stack's settings: the repository's file, what only the lab knows, and the salt that Pulumi put there. */
async function writeSettings(paths: LabPaths, { acme, smtp, relay }: LabStatus): Promise<void> {
  const wanted = parse(await readFile(join(repository, `Pulumi.${stackName}.yaml`), 'utf8')) as Settings
  const made = parse(await readFile(paths.stackSettings, 'utf8').catch(() => '{}')) as Partial<Settings>
  const publicKey = (await readFile(`${await operatorKey(paths)}.pub`, 'utf8')).trim()
  const config = {
    'shoestring:operators': [{ name: labOperator, keys: [publicKey] }],
    'shoestring:sshKeyFile': paths.key,
    'shoestring:acme': acme,
    'shoestring:httpsPort': relay.https,
    'shoestring:smtp': {
      server: `smtps://accounts@${smtp.address}:${smtp.smtps}`,
      // The lab's mail answers with the certificate of its authority's own address.
      rootCertificate: acme.rootCertificate,
    },
    'shoestring:smtpPassword': await kept(paths.mailPassword),
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
