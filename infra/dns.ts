import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
import { onceOnly } from './attempts/once-only.ts'

export interface DnsArgs {
  domain: string
  address: pulumi.Input<string>
  address6: pulumi.Input<string>
  /** The only authority that may issue certificates for the domain, `letsencrypt.org`. */
  issuer: string
  ttlSeconds: number
  protect: boolean
}

/** The names that people type: the bare domain, the site, the app and its admins' part. */
export const hostNames = ['@', 'www', 'app', 'admin'] as const

/** The domain's zone: where its names lead, and who may certify them. */
export class Dns extends pulumi.ComponentResource {
  /** The zone's name, known once the zone is there. */
  readonly zone: pulumi.Output<string>
  readonly records: pulumi.Resource[]

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shoestring:infra:Dns', name, {}, opts)
    const child = { parent: this, hooks: onceOnly('record') }
    const { ttlSeconds: ttl } = args
    // A zone can't be made beside an older one of its name.
    const zone = new digitalocean.Domain(
      name,
      { name: args.domain },
      { parent: this, deleteBeforeReplace: true, protect: args.protect, hooks: onceOnly('zone') },
    )
    const record = (
      id: string,
      of: { name: string; type: string; value: pulumi.Input<string>; flags?: number; tag?: string },
    ) => new digitalocean.DnsRecord(`${name}-${id}`, { domain: zone.name, ttl, ...of }, child)

    this.zone = zone.name
    this.records = [
      ...hostNames.flatMap((host) => [
        record(`${host}-a`, { name: host, type: 'A', value: args.address }),
        record(`${host}-aaaa`, { name: host, type: 'AAAA', value: args.address6 }),
      ]),
      ...(['issue', 'issuewild'] as const).map((tag) =>
        record(`caa-${tag}`, { name: '@', type: 'CAA', value: `${args.issuer}.`, flags: 0, tag }),
      ),
    ]
    this.registerOutputs({ zone: this.zone })
  }
}
