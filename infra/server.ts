import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
import { onceOnly } from './attempts/once-only.ts'
import type { OperatorKey } from './operator-keys.ts'

export interface ServerArgs {
  region: string
  size: string
  /** Keys of those who may log in as root at first contact. */
  keys: readonly OperatorKey[]
  /** Networks that may reach port 22. */
  sshFrom: readonly string[]
  /** Where a tunnel comes in, if one does. */
  tunnelPort?: number | undefined
  /** Keeps the address and the droplet from `pulumi destroy`. */
  protect: boolean
}

/** A Debian droplet behind a cloud firewall, at an address that outlives it. */
export class Server extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>
  readonly address6: pulumi.Output<string>
  readonly dropletId: pulumi.Output<string>
  /** Settles once the address leads to this droplet. */
  readonly reachable: pulumi.Resource

  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shoestring:infra:Server', name, {}, opts)
    const child = { parent: this }
    const kept = { parent: this, protect: args.protect }
    const { region, size } = args
    // Made by chance, it tells what is this stack's from everything else in the account.
    const { name: mark } = new digitalocean.Tag(
      `${pulumi.getProject()}-${pulumi.getStack()}`,
      {},
      { ...child, hooks: onceOnly('tag') },
    )
    const sshKeys = args.keys.map((key) =>
      'fingerprint' in key
        ? key.fingerprint
        : new digitalocean.SshKey(key.name, key, { ...child, hooks: onceOnly('key') }).id,
    )
    // By tag, so that it stands before the droplet does.
    const firewall = new digitalocean.Firewall(
      name,
      { tags: [mark], ...firewallRules(args.sshFrom, args.tunnelPort) },
      { ...child, hooks: onceOnly('firewall') },
    )
    const droplet = new digitalocean.Droplet(
      name,
      { image: 'debian-13-x64', region, size, ipv6: true, monitoring: true, sshKeys, tags: [mark] },
      // A key that an operator adds later reaches the host through its own steps; replacing the server for it would lose it.
      { ...kept, ignoreChanges: ['sshKeys'], dependsOn: [firewall], hooks: onceOnly('droplet') },
    )
    const dropletId = droplet.id.apply(Number)
    const reserved = new digitalocean.ReservedIp(name, { region }, { ...kept, hooks: onceOnly('address') })
    this.reachable = new digitalocean.ReservedIpAssignment(
      name,
      { ipAddress: reserved.ipAddress, dropletId },
      { ...child, hooks: onceOnly('assignment') },
    )
    this.address = reserved.ipAddress
    this.address6 = droplet.ipv6Address
    this.dropletId = droplet.id
    this.registerOutputs({ address: this.address, address6: this.address6 })
  }
}

const everywhere = ['0.0.0.0/0', '::/0']

/** What the cloud lets through: ssh from where the settings say, the web and a tunnel from everywhere, everything out. */
export function firewallRules(
  sshFrom: readonly string[],
  tunnel?: number,
): Pick<digitalocean.FirewallArgs, 'inboundRules' | 'outboundRules'> {
  return {
    inboundRules: [
      { protocol: 'tcp', portRange: '22', sourceAddresses: [...sshFrom] },
      { protocol: 'tcp', portRange: '80', sourceAddresses: everywhere },
      { protocol: 'tcp', portRange: '443', sourceAddresses: everywhere },
      { protocol: 'udp', portRange: '443', sourceAddresses: everywhere },
      ...(tunnel === undefined
        ? []
        : [{ protocol: 'udp', portRange: String(tunnel), sourceAddresses: everywhere }]),
      { protocol: 'icmp', sourceAddresses: everywhere },
    ],
    outboundRules: [
      { protocol: 'tcp', portRange: 'all', destinationAddresses: everywhere },
      { protocol: 'udp', portRange: 'all', destinationAddresses: everywhere },
      { protocol: 'icmp', destinationAddresses: everywhere },
    ],
  }
}
