import type * as pulumi from '@pulumi/pulumi'

/** What a stack answers to `pulumi stack output`, and what the command line reads. */
export interface Outputs {
  /** IPv4 address that outlives the droplet. */
  address: pulumi.Output<string>
  address6: pulumi.Output<string>
  /** Line for a known_hosts file, without the name: `ssh-ed25519 AAAA…`. */
  hostKey: pulumi.Output<string>
  www: string
  app: string
  /** Where admins work; the first one is made by a command on the host. */
  admin: string
  /** What a peer of the tunnel has to know of the host. */
  tunnel?: {
    publicKey: pulumi.Output<string | undefined>
    /** `203.0.113.7:51820` */
    endpoint: pulumi.Output<string>
    /** Its address in the tunnel, `10.77.0.1/24`. */
    host: string
  }
  /** Version and content hash of the release that serves. */
  release: pulumi.Output<string>
}
