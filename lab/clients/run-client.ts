import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../toolchain/cache.mjs'
import { keptGodo } from '../toolchain/godo.mjs'
import { keptPython } from '../toolchain/python-packages.mjs'
import { overTls } from './over-tls.ts'

/** Where a client finds the API, and a token that is not to be let in. */
export interface Lab {
  api: string
  token: string
  wrongToken: string
  /** For what a run leaves behind. */
  folder: string
}

interface Client {
  command: string[]
  env?: NodeJS.ProcessEnv
  needsTls?: boolean
}

export const clientNames = ['dots-wrapper', 'pydo', 'godo'] as const
type ClientName = (typeof clientNames)[number]

const cache = cacheFolder()
const pydo = await keptPython(cache, 'pydo')
const godo = keptGodo(cache)

const clients: Record<ClientName, Client | undefined> = {
  'dots-wrapper': { command: [process.execPath, join(import.meta.dirname, 'dots-wrapper/journey.ts')] },
  pydo: pydo && {
    command: [pydo.python, join(import.meta.dirname, 'pydo/journey.py')],
    env: { PYTHONPATH: pydo.packages, PYTHONDONTWRITEBYTECODE: '1' },
    needsTls: true,
  },
  godo: godo ? { command: [godo] } : undefined,
}

/** Why a client can't be run on this machine, if it can't. */
export const reasonToSkip = (name: ClientName): string | undefined =>
  clients[name]
    ? undefined
    : `${name} is not in the cache; to get it, or to read why not: node setup.mjs test`

/** Sends a client through its whole journey; throws with all it said when that does not come to its end. */
export async function runClient(name: ClientName, lab: Lab): Promise<void> {
  const client = clients[name]
  if (!client) throw new Error(reasonToSkip(name))
  const tls = client.needsTls ? await overTls(lab.api, lab.folder) : undefined
  const [program = '', ...args] = client.command
  try {
    await promisify(execFile)(program, args, {
      timeout: 200_000,
      env: {
        ...process.env,
        ...client.env,
        ...(tls && { REQUESTS_CA_BUNDLE: tls.certificateFile }),
        DIGITALOCEAN_API_URL: tls?.url ?? lab.api,
        DIGITALOCEAN_TOKEN: lab.token,
        WRONG_TOKEN: lab.wrongToken,
      },
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    // Its message has the same again.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(`${name} did not come to its journey's end\n${stdout}${stderr}`)
  } finally {
    await tls?.close()
  }
}
