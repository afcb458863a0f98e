import { hash as sumOf } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DesiredRelease, ReleaseFile, Request } from '../provision/desired.ts'
import { bundleApp } from './bundle.ts'
import { connected, Unreachable } from './connection.ts'
import { onHost } from './on-host.ts'
import { once } from './once.ts'
import { convergeOn } from './plan.ts'
import type { Call, Olds, ResourceClass } from './provider.ts'
import { readTemplates } from './templates.ts'
import { repository } from './toolchain.ts'
import { hasUnknown, unknown, type Bag } from './values.ts'

/** What a program says of a release; hash and version come from the code that lies here. */
export interface ReleaseInputs {
  address: string
  hostKey: string
  /** The app's environment; secret values stay secret. */
  settings: Record<string, string>
  hash: string
  version: string
}

const inputsOf = (bag: Bag): ReleaseInputs => bag as unknown as ReleaseInputs

/** The running app: code and settings under one hash, switched as a whole. */
export const release: ResourceClass = {
  ...onHost<ReleaseInputs>({
    noImport: "a release can't be imported: declare it, and pulumi up ships what lies here",
    idOf: () => 'app',
    requestFor,
  }),

  async check(news: Bag) {
    const { hash, version } = hasUnknown(news['settings'])
      ? { hash: unknown, version: unknown }
      : await desiredRelease(inputsOf(news).settings)
    return { inputs: { ...news, hash, version }, failures: [] }
  },

  async delete(_id: string, olds: Olds, call: Call) {
    const request: Request = { mode: 'converge', task: 'release-removal', files: await readTemplates() }
    try {
      await connected(inputsOf(olds.inputs), call.name, (ssh) => convergeOn(ssh, request, call), {
        patient: false,
      })
    } catch (error) {
      if (!(error instanceof Unreachable) || error.kind !== 'unreachable') throw error
      await call.warn(`${error.message}\n  the release is forgotten; it goes with its host`)
    }
  },
}

/** What provision is asked for this release; undefined where the code here is another. */
export async function requestFor(
  { settings, hash }: ReleaseInputs,
  mode: Request['mode'],
): Promise<Request | undefined> {
  if (hasUnknown(settings)) return undefined
  const desired = await desiredRelease(settings)
  // A refresh asks for what was shipped: code that changed here since is no drift of the host.
  if (desired.hash !== hash) return undefined
  // To look takes sums alone: of the megabytes themselves a preview would send half a second's worth.
  const files = mode === 'plan' ? withoutContent(desired.files) : desired.files
  return { mode, task: 'release', files: await readTemplates(), desired: { ...desired, files } }
}

async function desiredRelease(settings: Record<string, string>): Promise<DesiredRelease> {
  const { version, files } = await code()
  const sums = Object.entries(files).map(([path, { sha256 }]) => [path, sha256])
  const hash = sumOf('sha256', JSON.stringify([version, sums, sorted(settings)])).slice(0, 12)
  return { hash, version: `v${version}`, files, settings }
}

/** What lies here, bundled and packed once a process: the engine asks three times. */
const code = once(async () => {
  const [bundle, json] = await Promise.all([bundleApp(), readFile(join(repository, 'package.json'), 'utf8')])
  const { version } = JSON.parse(json) as { version: string }
  return { version, files: packed(bundle) }
})

/** Files as they go to a host. */
export function packed(files: Record<string, Uint8Array>): Record<string, ReleaseFile> {
  return Object.fromEntries(
    sorted(files).map(([path, content]) => [
      path,
      { sha256: sumOf('sha256', content), content: Buffer.from(content).toString('base64') },
    ]),
  )
}

const withoutContent = (files: Record<string, ReleaseFile>): Record<string, ReleaseFile> =>
  Object.fromEntries(Object.entries(files).map(([path, { sha256 }]) => [path, { sha256 }]))

const sorted = <Value>(by: Record<string, Value>): [string, Value][] =>
  Object.entries(by).toSorted(([a], [b]) => (a < b ? -1 : 1))
