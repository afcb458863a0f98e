import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DesiredRelease, Request } from '../provision/desired.ts'
import { bundleApp } from './bundle.ts'
import { connected, Unreachable } from './connection.ts'
import { convergeOn, inputChanges, planChanges, planOn } from './plan.ts'
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
  computed: ['drift'],

  async check(news: Bag) {
    const { hash, version } = hasUnknown(news['settings'])
      ? { hash: unknown, version: unknown }
      : await desiredRelease(inputsOf(news).settings)
    return { inputs: { ...news, hash, version }, failures: [] }
  },

  async diff(_id: string, olds: Olds, news: Bag, call: Call) {
    const changed = inputChanges(olds.inputs, news)
    const planned = await plan(inputsOf(news), call)
    return { changes: [...changed, ...(await planChanges(planned, call, { drift: changed.length === 0 }))] }
  },

  async preview(news: Bag, call: Call) {
    await planChanges(await plan(inputsOf(news), call), call, { drift: false })
  },

  async create(inputs: Bag, call: Call) {
    return { id: 'app', outputs: await converge(inputsOf(inputs), call) }
  },

  async read(_id: string, olds: Olds, call: Call) {
    if (!olds.inputs['address']) {
      throw new Error("a release can't be imported: declare it, and pulumi up ships what lies here")
    }
    const current = { ...inputsOf(olds.inputs), ...(await desiredRelease(inputsOf(olds.inputs).settings)) }
    // Code that changed here since is no drift of the host.
    const planned = current.hash === olds.inputs['hash'] ? await plan(current, call) : []
    const drift = planned.flatMap(({ step, changes }) => changes.map((summary) => `${step}: ${summary}`))
    return { inputs: olds.inputs, outputs: { ...olds.outputs, drift } }
  },

  update: (_id: string, _olds: Olds, news: Bag, call: Call) => converge(inputsOf(news), call),

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

async function plan(inputs: ReleaseInputs, call: Call) {
  if (hasUnknown(inputs.settings)) return []
  return planOn(inputs, await requestFor(inputs, 'plan'), call)
}

async function converge(inputs: ReleaseInputs, call: Call): Promise<Bag> {
  const request = await requestFor(inputs, 'converge')
  await connected(inputs, call.name, (ssh) => convergeOn(ssh, request, call), { signal: call.signal })
  return { ...inputs, drift: [] }
}

async function requestFor({ settings }: ReleaseInputs, mode: Request['mode']): Promise<Request> {
  return { mode, task: 'release', files: await readTemplates(), desired: await desiredRelease(settings) }
}

async function desiredRelease(settings: Record<string, string>): Promise<DesiredRelease> {
  const bundle = await bundleApp()
  const files = Object.fromEntries(
    Object.entries(bundle)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, content]) => [path, Buffer.from(content).toString('base64')]),
  )
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    version: string
  }
  const sorted = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha256')
    .update(JSON.stringify([version, files, sorted]))
    .digest('hex')
    .slice(0, 12)
  return { hash, version: `v${version}`, files, settings }
}
