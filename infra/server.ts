import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'

export interface ServerArgs {
  region: string
  size: string
  /** OpenSSH public keys of those who may log in as root at first contact. */
  keys: readonly string[]
  /** Networks that may reach port 22. */
  sshFrom: readonly string[]
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
    const keys = args.keys.map(
      (publicKey, index) =>
        new digitalocean.SshKey(`${name}-${index}`, { publicKey: publicKey.trim() }, child),
    )
    const droplet = new digitalocean.Droplet(
      name,
      {
        image: 'debian-13-x64',
        region,
        size,
        ipv6: true,
        monitoring: true,
        sshKeys: keys.map(({ id }) => id),
      },
      // A key that an operator adds later reaches the host through its own steps; replacing the server for it would lose it.
      { ...kept, ignoreChanges: ['sshKeys'] },
    )
    const dropletId = droplet.id.apply(Number)
    const reserved = new digitalocean.ReservedIp(name, { region }, kept)
    this.reachable = new digitalocean.ReservedIpAssignment(
      name,
      { ipAddress: reserved.ipAddress, dropletId },
      child,
    )
    new digitalocean.Firewall(name, { dropletIds: [dropletId], ...firewallRules(args.sshFrom) }, child)
    this.address = reserved.ipAddress
    this.address6 = droplet.ipv6Address
    this.dropletId = droplet.id
    this.registerOutputs({ address: this.address, address6: this.address6 })
  }
}

const everywhere = ['0.0.0.0/0', '::/0']

/** What the cloud lets through: ssh from where the settings say, the web from everywhere, everything out. */
export function firewallRules(
  sshFrom: readonly string[],
): Pick<digitalocean.FirewallArgs, 'inboundRules' | 'outboundRules'> {
  return {
    inboundRules: [
      { protocol: 'tcp', portRange: '22', sourceAddresses: [...sshFrom] },
      { protocol: 'tcp', portRange: '80', sourceAddresses: everywhere },
      { protocol: 'tcp', portRange: '443', sourceAddresses: everywhere },
      { protocol: 'udp', portRange: '443', sourceAddresses: everywhere },
      { protocol: 'icmp', sourceAddresses: everywhere },
    ],
    outboundRules: [
      { protocol: 'tcp', portRange: 'all', destinationAddresses: everywhere },
      { protocol: 'udp', portRange: 'all', destinationAddresses: everywhere },
      { protocol: 'icmp', destinationAddresses: everywhere },
    ],
  }
}
