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
  /** Version and content hash of the release that serves. */
  release: pulumi.Output<string>
}
