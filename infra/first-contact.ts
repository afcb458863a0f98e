import { readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'

export interface FirstContactArgs {
  address: pulumi.Input<string>
  dropletId: pulumi.Input<string>
  sshKeyFile: string | undefined
}

/** Waits for a droplet that still boots, and answers the key by which it is known from then on. */
export class FirstContact extends pulumi.ComponentResource {
  readonly hostKey: pulumi.Output<string>

  constructor(name: string, args: FirstContactArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shoestring:infra:FirstContact', name, {}, opts)
    const contact = new command.remote.Command(
      name,
      {
        connection: {
          host: args.address,
          user: 'root',
          ...privateKey(args.sshKeyFile),
          // One try a second or so: a droplet answers within a minute, and five say that something is wrong.
          dialErrorLimit: 60,
          perDialTimeout: 5,
        },
        create: 'cloud-init status --wait >/dev/null 2>&1; cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub',
        triggers: [args.dropletId],
        logging: 'none',
      },
      // Another operator's key opens the same host.
      { parent: this, ignoreChanges: ['connection'] },
    )
    this.hostKey = contact.stdout.apply((line) => line.trim())
    this.registerOutputs({ hostKey: this.hostKey })
  }
}

/**
 * The key's text for the official plugin, which reads no files. One with a passphrase is left to the ssh agent.
 */
function privateKey(file: string | undefined): { privateKey?: pulumi.Output<string> } {
  if (file === undefined) return {}
  if (spawnSync('ssh-keygen', ['-y', '-P', '', '-f', file]).status === 0) {
    return { privateKey: pulumi.secret(readFileSync(file, 'utf8')) }
  }
  const known = spawnSync('ssh-add', ['-T', `${file}.pub`]).status === 0
  if (known) return {}
  throw new pulumi.RunError(
    `the ssh key ${file} has a passphrase and the ssh agent does not hold it\n` +
      `  why   nobody is there to type the passphrase while Pulumi runs\n` +
      `  next  ssh-add ${file}`,
  )
}
