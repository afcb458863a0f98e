import * as pulumi from '@pulumi/pulumi'
import { FirstContact } from './first-contact.ts'
import { Dns } from './dns.ts'
import { Host, Provider } from './host.ts'
import { MailDns } from './mail-dns.ts'
import type { Outputs } from './outputs.ts'
import { Release } from './release.ts'
import { Server } from './server.ts'
import type { Settings } from './settings.ts'

/** A company's production: one server, its names, the hardened host on it, and the app that runs there. */
export function program(settings: Settings): Outputs {
  const { domain, region, size, operators, sshFrom, sshKeyFile, ttlSeconds, protect } = settings
  const { issuer = 'letsencrypt.org', ...acme } = settings.acme

  const server = new Server('web', {
    region,
    size,
    sshFrom,
    protect,
    keys: operators.flatMap(({ keys }) => keys),
  })
  const { address, address6, dropletId } = server

  const dns = new Dns('dns', { domain, address, address6, issuer, ttlSeconds, protect })
  if (settings.mail) new MailDns('mail', { zone: dns.zone, mail: settings.mail, ttlSeconds })

  const contact = new FirstContact(
    'first-contact',
    { address, dropletId, sshKeyFile },
    { dependsOn: [server.reachable] },
  )
  const provider = new Provider('shoestring', { sshKeyFile })
  const host = new Host(
    'web',
    {
      address,
      hostKey: contact.hostKey,
      hostname: 'web',
      domain,
      operators: [...operators],
      acme,
      // The cloud's firewall and the host's own say the same; either one alone would do.
      allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp'],
      database: 'accounts',
    },
    // The first certificate is asked for at once: by then the names must lead here.
    { provider, dependsOn: dns.records },
  )
  const release = new Release(
    'app',
    { address, hostKey: contact.hostKey, settings: { DOMAIN: domain } },
    { provider, dependsOn: [host] },
  )

  return {
    address,
    address6,
    hostKey: contact.hostKey,
    www: `https://www.${domain}`,
    app: `https://app.${domain}`,
    release: pulumi.interpolate`${release.version} (${release.hash})`,
  }
}
