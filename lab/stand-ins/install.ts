import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundled } from './bundled.ts'
import { sdkVersion, standIn, standInNames } from './versions.ts'

/** A stand-in in its place: what the engine finds there under that name and version. */
export interface InstalledStandIn {
  name: string
  version: string
  path: string
}

/** Puts the stand-in plugins into a PULUMI_HOME, launched by the Node that runs this. Again changes nothing. */
export async function installStandIns(pulumiHome: string): Promise<InstalledStandIn[]> {
  return Promise.all(
    standInNames.map(async (each) => {
      const { name, version } = standIn(each)
      const folder = join(pulumiHome, 'plugins', `resource-${name}-v${version}`)
      const path = join(folder, `pulumi-resource-${name}`)
      await mkdir(folder, { recursive: true })
      await installProgram(name, path)
      return { name, version, path }
    }),
  )
}

/** Puts our language host beside the plugins, for an engine that has none beside itself. */
export async function installLanguage(pulumiHome: string, engineFolder: string): Promise<void> {
  const program = 'pulumi-language-nodejs'
  if (existsSync(join(engineFolder, program))) return
  const folder = join(pulumiHome, 'plugins', `language-nodejs-v${sdkVersion('pulumi')}`)
  await mkdir(folder, { recursive: true })
  await installProgram('language', join(folder, program))
}

async function installProgram(source: string, path: string): Promise<void> {
  await bundled(join(import.meta.dirname, source, 'main.ts'), `${path}.mjs`)
  await replaceExecutable(path, shim(`${path}.mjs`))
}

const shim = (main: string) => `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(main)} "$@"\n`

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

async function replaceExecutable(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return
  await writeFile(`${path}.new`, text, { mode: 0o755 })
  await rename(`${path}.new`, path)
}
