import * as pulumi from '@pulumi/pulumi'
import type { NameserversInputs } from '../plugin/namecheap/check-nameservers.ts'

/** Who answers for every zone that DigitalOcean serves. */
export const digitalOceanNameservers = [1, 2, 3].map((number) => `ns${number}.digitalocean.com`)

export type NameserversArgs = { [K in keyof NameserversInputs]: pulumi.Input<NameserversInputs[K]> }

/** The nameservers of a domain that is registered at Namecheap. Who may set them, the environment says. */
export class Nameservers extends pulumi.CustomResource {
  /** Who answered before. */
  declare readonly previous: pulumi.Output<{ nameservers: string[]; isDefault: boolean }>

  constructor(name: string, args: NameserversArgs, opts?: pulumi.CustomResourceOptions) {
    super('shoestring:index:Nameservers', name, { ...args, previous: undefined }, opts)
  }
}
