import type { Artifact, DesiredHost, Request } from '../provision/desired.ts'
import { connected } from './connection.ts'
import { once } from './once.ts'
import { convergeOn, inputChanges, planChanges, planOn } from './plan.ts'
import type { Call, Olds, ResourceClass } from './provider.ts'
import {
  activateNode,
  installLibraries,
  missing,
  nodeOnHost,
  nodeVersion,
  sha256,
  ship,
  type Shipment,
} from './runtime.ts'
import type { Ssh } from './ssh.ts'
import { readTemplates } from './templates.ts'
import { readToolchain } from './toolchain.ts'
import type { Bag } from './values.ts'

/** What a program says of a host. Which Caddy it gets is the repository's own decision. */
export interface HostInputs extends Omit<DesiredHost, 'caddy'> {
  /** IPv4 address. */
  address: string
  /** What the host proves itself by, `ssh-ed25519 AAAA…`. */
  hostKey: string
}

const inputsOf = (bag: Bag): HostInputs => bag as unknown as HostInputs

/** Everything on a host that is ours. Preview and refresh look at the host itself. */
export const host: ResourceClass = {
  computed: ['drift'],

  async diff(_id: string, olds: Olds, news: Bag, call: Call) {
    const changed = inputChanges(olds.inputs, news)
    const planned = await plan(inputsOf(news), call)
    // With the same inputs as last time, whatever is to be done was done to the host by hand.
    return { changes: [...changed, ...(await planChanges(planned, call, { drift: changed.length === 0 }))] }
  },

  async preview(news: Bag, call: Call) {
    await planChanges(await plan(inputsOf(news), call), call, { drift: false })
  },

  async create(inputs: Bag, call: Call) {
    return { id: inputsOf(inputs).hostname, outputs: await converge(inputsOf(inputs), call) }
  },

  async read(_id: string, olds: Olds, call: Call) {
    if (!olds.inputs['address']) {
      throw new Error("a host can't be imported: declare it, and pulumi up makes it as declared")
    }
    const planned = await plan(inputsOf(olds.inputs), call)
    const drift = planned.flatMap(({ step, changes }) => changes.map((summary) => `${step}: ${summary}`))
    return { inputs: olds.inputs, outputs: { ...olds.outputs, drift } }
  },

  update: (_id: string, _olds: Olds, news: Bag, call: Call) => converge(inputsOf(news), call),

  // Its droplet takes everything with it.
  delete: () => Promise.resolve(),
}

const plan = async (inputs: HostInputs, call: Call) => planOn(inputs, await requestFor(inputs, 'plan'), call)

async function converge(inputs: HostInputs, call: Call): Promise<Bag> {
  const request = await requestFor(inputs, 'converge')
  const work = async (ssh: Ssh): Promise<void> => {
    await sendWhatIsMissing(ssh, call)
    await convergeOn(ssh, request, call)
  }
  await connected(inputs, call.name, work, { signal: call.signal })
  return { ...inputs, drift: [] }
}

async function requestFor(inputs: HostInputs, mode: Request['mode']): Promise<Request> {
  const { address: _address, hostKey: _hostKey, ...desired } = inputs
  const { artifact } = await caddy()
  return { mode, task: 'host', files: await readTemplates(), desired: { ...desired, caddy: artifact } }
}

async function sendWhatIsMissing(ssh: Ssh, call: Call): Promise<void> {
  const node: Shipment = {
    name: `Node ${nodeVersion}`,
    source: process.execPath,
    target: nodeOnHost,
    sha256: await sha256(process.execPath),
  }
  const shipments = await missing(ssh, [node, (await caddy()).shipment])
  const send = async (): Promise<void> => {
    for (const shipment of shipments) {
      await call.status(`send ${shipment.name}`)
      await ship(ssh, shipment)
      await call.info(`runtime: sent ${shipment.name}`)
    }
  }
  // Together: the network is idle while apt unpacks.
  await Promise.all([installLibraries(ssh), send()])
  await activateNode(ssh)
}

/** Looked at once a process: hashing 58 MB for every plan is a tenth of a second. */
export const caddy = once(async (): Promise<{ artifact: Artifact; shipment: Shipment }> => {
  const { path, version } = (await readToolchain()).caddy
  const sum = await sha256(path)
  return {
    artifact: { name: 'caddy', version, sha256: sum },
    shipment: { name: `Caddy ${version}`, source: path, target: `/var/cache/shoestring/${sum}`, sha256: sum },
  }
})
