import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
import { onceOnly } from './attempts/once-only.ts'

export interface MonitoringArgs {
  dropletId: pulumi.Input<string>
  /** Addresses that people open, by a name for each. */
  sites: Readonly<Record<string, string>>
  /** Who is written to. */
  emails: readonly string[]
}

/** Mail when the server runs short of something, a site is down, or its certificate is about to end. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shoestring:infra:Monitoring', name, {}, opts)
    const child = { parent: this }
    const recipients = { emails: [...args.emails] }
    for (const { id, ...alert } of shortages) {
      new digitalocean.MonitorAlert(
        `${name}-${id}`,
        { ...alert, compare: 'GreaterThan', entities: [args.dropletId], alerts: recipients },
        { ...child, hooks: onceOnly('shortage') },
      )
    }
    for (const [site, target] of Object.entries(args.sites)) {
      const check = new digitalocean.UptimeCheck(
        `${name}-${site}`,
        { target, type: 'https', regions: ['us_east', 'eu_west'] },
        { ...child, hooks: onceOnly('check') },
      )
      for (const { id, ...alert } of failures) {
        new digitalocean.UptimeAlert(
          `${name}-${site}-${id}`,
          { ...alert, checkId: check.id, notifications: [recipients] },
          { ...child, hooks: onceOnly('failure') },
        )
      }
    }
    this.registerOutputs({})
  }
}

/** What a server of 512 MB must not run short of; it idles at three quarters of its memory, and bursts are normal. */
export const shortages = [
  {
    id: 'cpu',
    type: 'v1/insights/droplet/cpu',
    value: 90,
    window: '10m',
    description: 'CPU over 90 % for 10 minutes: see what runs with `top`',
  },
  {
    id: 'memory',
    type: 'v1/insights/droplet/memory_utilization_percent',
    value: 92,
    window: '10m',
    description: 'Memory over 92 % for 10 minutes: the next size is one setting away',
  },
  {
    id: 'disk',
    type: 'v1/insights/droplet/disk_utilization_percent',
    value: 80,
    window: '30m',
    description: 'Disk over 80 %: a database that finds no room stops',
  },
]

/** What is told of a site. Caddy renews a certificate when a third of its time is left, weeks before this. */
export const failures = [
  { id: 'down', type: 'down', period: '3m' },
  { id: 'certificate', type: 'ssl_expiry', threshold: 7, comparison: 'less_than', period: '1h' },
]
