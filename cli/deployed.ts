import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { labEnvironment, stackName } from '../lab/environment.ts'
import { labPaths } from '../lab/paths.ts'
import { readStatus } from '../lab/status.ts'
import type { HostInputs } from '../plugin/host.ts'
import type { ReleaseInputs } from '../plugin/release.ts'
import { readToolchain, repository } from '../plugin/toolchain.ts'
import { lastLines, OperatorError, reasonOf } from '../provision/errors.ts'

const exec = promisify(execFile)

/** What the last update of a stack left on its host, as the engine's state remembers it. */
export interface Deployed {
  stack: string
  /** The host's name in the program, `web`. */
  name: string
  host: HostInputs
  /** The app; undefined where none was shipped yet. */
  release: ReleaseInputs | undefined
  sshKeyFile: string | undefined
  address6: string | undefined
  /** Where the certificates' roots are, when the machine doesn't know them. */
  ca: string | undefined
}

/** Reads a stack's state: the lab's own, or the one that the caller's own environment leads to. */
export async function readDeployed(stack: string): Promise<Deployed> {
  const { env, folder, ca } = stack === stackName ? await labPlace() : await ownPlace()
  const args = ['stack', 'export', '--show-secrets', '--non-interactive', '--stack', stack]
  const exported = await exec('pulumi', args, {
    cwd: folder,
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
  }).catch((cause: { stderr?: string }) => {
    throw new OperatorError(`the state of stack ${stack} can't be read`, {
      why: lastLines(cause.stderr ?? '', 3) || reasonOf(cause),
      fix: `see that this works here: pulumi stack --stack ${stack}`,
      cause,
    })
  })
  return { ...parseState(stack, exported.stdout), ca }
}

/** Picks our resources out of an exported state. */
export function parseState(stack: string, exported: string): Omit<Deployed, 'ca'> {
  const { deployment } = JSON.parse(exported) as { deployment: { resources?: StateResource[] } }
  const find = (type: string) => deployment.resources?.find((resource) => resource.type === type)
  const host = find('shoestring:index:Host')
  if (!host) {
    throw new OperatorError(`stack ${stack} has no host yet`, {
      why: 'its state holds none: it was never brought up, or was destroyed',
      fix: stack === stackName ? 'npm start' : `pulumi up --stack ${stack}`,
    })
  }
  return {
    stack,
    name: host.urn.split('::').at(-1) ?? host.urn,
    host: opened(host.inputs) as HostInputs,
    release: opened(find('shoestring:index:Release')?.inputs) as ReleaseInputs | undefined,
    address6: find('pulumi:pulumi:Stack')?.outputs?.['address6'] as string | undefined,
    sshKeyFile: opened(find('pulumi:providers:shoestring')?.inputs?.['sshKeyFile']) as string | undefined,
  }
}

interface StateResource {
  type: string
  urn: string
  inputs?: Record<string, unknown>
  outputs?: Record<string, unknown>
}

/** In a state a secret's text is JSON under `plaintext`; the SDK's own keys begin with `__`. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened)
  if (value === null || typeof value !== 'object') return value
  if ('plaintext' in value) return opened(JSON.parse(String(value.plaintext)))
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('__'))
      .map(([key, inner]) => [key, opened(inner)]),
  )
}

interface EnginePlace {
  env: Record<string, string>
  folder: string
  ca: string | undefined
}

async function labPlace(): Promise<EnginePlace> {
  const paths = labPaths()
  const status = await readStatus(paths)
  if (!status) {
    throw new OperatorError('the lab is not running', { why: 'its host is not there', fix: 'npm start' })
  }
  return { env: await labEnvironment(paths, status), folder: paths.project, ca: status.ca }
}

async function ownPlace(): Promise<EnginePlace> {
  const engine = await readToolchain().then(
    ({ pulumi }) => dirname(pulumi.path),
    () => '',
  )
  // The caller's own engine first: it is the one that the stack is run with.
  const path = [process.env['PATH'], engine].filter(Boolean).join(':')
  return { env: { PATH: path, PULUMI_SKIP_UPDATE_CHECK: 'true' }, folder: repository, ca: undefined }
}
