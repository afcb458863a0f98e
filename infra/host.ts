import * as pulumi from '@pulumi/pulumi'
import type { HostInputs } from '../plugin/host.ts'

export interface ProviderArgs {
  /** Path of the private key that opens hosts; it never leaves this machine. */
  sshKeyFile?: pulumi.Input<string> | undefined
  /** Who has a login on hosts, in JSON: a provider's settings are texts. */
  operators?: pulumi.Input<string>
}

/** How our plugin reaches hosts from here. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super('shoestring', name, { ...args }, opts)
  }
}

export type HostArgs = { [K in keyof HostInputs]: pulumi.Input<HostInputs[K]> }

/** Everything on a host that is ours: users, packages, database, web server, firewall. Previewed and converged. */
export class Host extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>
  declare readonly hostKey: pulumi.Output<string>
  /** The host's own public key in the tunnel, where it has one. */
  declare readonly wireguardKey: pulumi.Output<string | undefined>

  constructor(name: string, args: HostArgs, opts?: pulumi.CustomResourceOptions) {
    super('shoestring:index:Host', name, { ...args, wireguardKey: undefined }, opts)
  }
}
