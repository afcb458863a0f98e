import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { appSettings, originsOf } from './app-settings.ts'
import { cloud } from './cloud.ts'
import { FirstContact } from './first-contact.ts'
import { Host, Provider } from './host.ts'
import { Monitoring } from './monitoring.ts'
import { digitalOceanNameservers, Nameservers } from './namecheap.ts'
import type { Outputs } from './outputs.ts'
import { Release } from './release.ts'
import type { Settings } from './settings.ts'
import { tunnelOf, tunnelPort } from './tunnel.ts'

/** A company's production: one server, its names, the hardened host on it, and the app that runs there. */
export async function program(settings: Settings): Promise<Outputs> {
  const { domain, operators, sshKeyFile } = settings
  const { issuer: _, ...acme } = settings.acme
  const making = cloud(settings)
  // The engine starts their plugins while the cloud's is at work.
  const provider = new Provider('shoestring', { sshKeyFile, operators: JSON.stringify(operators) })
  const contacts = new command.Provider('command')
  const { server, dns, zone } = await making
  const { address, address6, dropletId } = server

  const contact = new FirstContact(
    'first-contact',
    { address, dropletId, sshKeyFile },
    { dependsOn: [server.reachable], providers: [contacts] },
  )
  const delegation =
    settings.namecheap &&
    new Nameservers(
      'delegation',
      { domain, nameservers: digitalOceanNameservers, onDelete: settings.namecheap.onDelete ?? 'keep' },
      // A zone is complete before anyone asks it, or a name that is not there yet is remembered as missing.
      { provider, dependsOn: zone },
    )
  const tunnel = tunnelOf(settings.wireguard)
  const host = new Host(
    'web',
    {
      address,
      hostKey: contact.hostKey,
      hostname: 'web',
      domain,
      operators: [...operators],
      sshFrom: [...settings.sshFrom],
      // Without any address Caddy registers its first sites at once, one of them as "default", and waits a minute.
      acme: { email: `hostmaster@${domain}`, ...acme },
      // The cloud's firewall and the host's own say the same; either one alone would do.
      allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp', ...(tunnel ? [`${tunnelPort}/udp`] : [])],
      database: 'accounts',
      rebootTime: settings.rebootTime,
      ...(tunnel && { wireguard: tunnel }),
    },
    // The first certificate is asked for at once: by then the names must lead here.
    { provider, dependsOn: [...dns.records, ...(delegation ? [delegation] : [])] },
  )
  const release = new Release(
    'app',
    { address, hostKey: contact.hostKey, settings: appSettings(settings) },
    { provider, dependsOn: [host] },
  )

  const [www, app] = [`https://www.${domain}`, `https://app.${domain}`]
  if (settings.alerts.length > 0) {
    const watched = { dropletId, sites: { www, app }, emails: settings.alerts }
    // Not before there is something to see, or the first mail says that all is down.
    new Monitoring('monitoring', watched, { dependsOn: [release] })
  }

  return {
    address,
    address6,
    hostKey: contact.hostKey,
    www,
    app,
    admin: originsOf(settings).admin,
    ...(tunnel && {
      // What an operator's own WireGuard asks for.
      tunnel: {
        publicKey: host.wireguardKey,
        endpoint: pulumi.interpolate`${address}:${tunnelPort}`,
        host: tunnel.address,
      },
    }),
    release: pulumi.interpolate`${release.version} (${release.hash})`,
  }
}
