import { dirname, join } from 'node:path'
import { readToolchain } from '../plugin/toolchain.ts'
import { kept } from './kept.ts'
import type { LabPaths } from './paths.ts'
import { namecheapEnvironment } from './namecheap/environment.ts'
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
    ...(await namecheapEnvironment(paths, status)),
  }
}
