import type * as pulumi from '@pulumi/pulumi'
import { Dns } from './dns.ts'
import { MailDns } from './mail-dns.ts'
import { operatorKeys } from './operator-keys.ts'
import { Server } from './server.ts'
import type { Settings } from './settings.ts'
import { tunnelPort } from './tunnel.ts'

export interface Cloud {
  server: Server
  dns: Dns
  /** All that the domain's zone is made of. */
  zone: pulumi.Resource[]
}

/** What DigitalOcean is asked for: the server and its names. */
export async function cloud(settings: Settings): Promise<Cloud> {
  const { domain, region, size, sshFrom, ttlSeconds, protect } = settings
  const { issuer = 'letsencrypt.org' } = settings.acme
  const keys = await operatorKeys(settings.operators)
  const server = new Server('web', {
    region,
    size,
    sshFrom,
    protect,
    keys,
    ...(settings.wireguard && { tunnelPort }),
  })
  const { address, address6 } = server
  const dns = new Dns('dns', { domain, address, address6, issuer, ttlSeconds, protect })
  const mail = settings.mail && new MailDns('mail', { zone: dns.zone, mail: settings.mail, ttlSeconds })
  return { server, dns, zone: mail ? [dns, mail] : [dns] }
}
