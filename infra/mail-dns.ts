import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
import { onceOnly } from './attempts/once-only.ts'
import type { Settings } from './settings.ts'

export interface MailDnsArgs {
  zone: pulumi.Input<string>
  mail: NonNullable<Settings['mail']>
  ttlSeconds: number
}

interface Record {
  id: string
  name: string
  type: 'MX' | 'TXT'
  value: string
  priority?: number
}

/** Where the domain's mail goes, and who may send in its name. */
export class MailDns extends pulumi.ComponentResource {
  constructor(name: string, args: MailDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shoestring:infra:MailDns', name, {}, opts)
    for (const { id, ...record } of mailRecords(args.mail)) {
      new digitalocean.DnsRecord(
        `${name}-${id}`,
        { domain: args.zone, ttl: args.ttlSeconds, ...record },
        { parent: this, hooks: onceOnly('record') },
      )
    }
    this.registerOutputs({})
  }
}

/** MX, SPF, DKIM and DMARC (RFC 5321, 7208, 6376, 7489) as records relative to the zone. */
export function mailRecords({ mx, spf, dkim, dmarc }: MailDnsArgs['mail']): Record[] {
  return [
    ...mx.map(({ host, priority }): Record => ({
      id: `mx-${host.replace(/\.$/, '')}`,
      name: '@',
      type: 'MX',
      // DigitalOcean takes a name without its final dot for one inside the zone.
      value: host.endsWith('.') ? host : `${host}.`,
      priority,
    })),
    { id: 'spf', name: '@', type: 'TXT', value: spf },
    ...Object.entries(dkim).map(([selector, value]): Record => ({
      id: `dkim-${selector}`,
      name: `${selector}._domainkey`,
      type: 'TXT',
      value,
    })),
    { id: 'dmarc', name: '_dmarc', type: 'TXT', value: dmarc },
  ]
}
