import { createHash } from 'node:crypto'
import type { Artifact, DesiredHost, Request } from '../provision/desired.ts'
import { debianPackages, early } from '../provision/playbook.ts'
import { idleUnits } from '../provision/steps/idle-services.ts'
import { wireguardKeyPath } from '../provision/steps/wireguard.ts'
import { bundleProvision } from './bundle.ts'
import { loginsAt } from './connection.ts'
import { onHost } from './on-host.ts'
import { lookAtGround } from './ground.ts'
import { once } from './once.ts'
import type { Call, ResourceClass } from './provider.ts'
import {
  activateNode,
  installPackages,
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
export interface HostInputs extends Omit<DesiredHost, 'caddy' | 'keepLogins'> {
  /** IPv4 address. */
  address: string
  /** What the host proves itself by, `ssh-ed25519 AAAA…`. */
  hostKey: string
}

interface Noted {
  content?: string
}

/** What of the repository decides how a host is made, as one hash; noted beside what the program says. */
const content = once(async (): Promise<string> => {
  const [templates, provision, { artifact }] = await Promise.all([
    readTemplates(),
    bundleProvision(),
    caddy(),
  ])
  const files = Object.keys(templates)
    .toSorted()
    .map((path) => [path, templates[path]])
  const all = [nodeVersion, artifact.sha256, provision, files]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 12)
})

/** Whether it was made as this repository makes it: else what differs now was not changed by hand. */
export async function madeAsHere(inputs: object): Promise<boolean> {
  const noted = (inputs as Noted).content
  return noted === undefined || noted === (await content())
}

/** Everything on a host that is ours. */
export const host: ResourceClass = {
  ...onHost<HostInputs>({
    noImport: "a host can't be imported: declare it, and pulumi up makes it as declared",
    idOf: ({ hostname }) => hostname,
    requestFor,
    prepare: sendWhatIsMissing,
    madeAsHere,
    told: { names: ['wireguardKey'], from: ['wireguard'], ask: askWireguardKey },
  }),

  check: async (news: Bag) => ({ inputs: { ...news, content: await content() }, failures: [] }),

  // Its droplet takes everything with it.
  delete: () => Promise.resolve(),
}

/** What provision is asked, to make a host as these inputs say. `keepLogins` are not shut yet. */
export async function requestFor(
  inputs: HostInputs,
  mode: Request['mode'],
  keepLogins?: string[],
): Promise<Request> {
  const { address: _address, hostKey: _hostKey, content: _content, ...desired } = inputs as HostInputs & Noted
  const { artifact } = await caddy()
  // Where the key at hand is no operator's, root's login is the only way in.
  const keep = keepLogins ?? ((await loginsAt(inputs)).length > 0 ? [] : ['root'])
  return {
    mode,
    task: 'host',
    files: await readTemplates(),
    desired: { ...desired, keepLogins: keep, caddy: artifact },
  }
}

/** The public half of the key that the host made for itself: the private one never leaves it. */
async function askWireguardKey(ssh: Ssh, { wireguard }: HostInputs): Promise<Bag> {
  if (!wireguard) return {}
  const { code, stdout } = await ssh.run(`wg pubkey < ${wireguardKeyPath}`)
  // A host that can't have the tunnel has no key, and has said why.
  return code === 0 ? { wireguardKey: stdout.trim() } : {}
}

async function sendWhatIsMissing(ssh: Ssh, call: Call): Promise<void> {
  await lookAtGround(ssh)
  const send = async (): Promise<void> => {
    const node = { name: `Node ${nodeVersion}`, source: process.execPath, target: nodeOnHost }
    for (const shipment of await missing(ssh, [node, (await caddy()).shipment])) {
      await call.status(`send ${shipment.name}`)
      // Only what is sent is hashed: of Node's 150 MB that takes as long as looking at the whole host.
      await ship(
        ssh,
        'sha256' in shipment ? shipment : { ...shipment, sha256: await sha256(shipment.source) },
      )
      await call.info(`runtime: sent ${shipment.name}`)
    }
  }
  const install = async (): Promise<void> => {
    const before = early(await readTemplates())
    if (await installPackages(ssh, { names: debianPackages, idle: idleUnits, ...before })) {
      await call.info(`packages: install ${debianPackages.join(' ')}`)
    }
  }
  // Together: the network is idle while apt unpacks.
  await Promise.all([install(), send()])
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
