import { OperatorError } from '../../provision/errors.ts'
import { Store } from '../digitalocean/store.ts'
import type { LabPaths } from '../paths.ts'
import { interactive } from './interactive.ts'

/** `ssh`: a shell on a host, or one command there. */
export async function ssh(paths: LabPaths, [name, ...command]: string[]): Promise<number> {
  const { droplets } = (await Store.open(paths.cloud)).state
  const found = droplets.find((droplet) => droplet.name === name || droplet.name.startsWith(`${name}-`))
  if (!found) {
    const names = droplets.map((droplet) => droplet.name).join(', ')
    throw new OperatorError(`there is no host ${name ?? ''}`, {
      why: names ? `the lab's hosts are ${names}` : 'the lab has no hosts',
      fix: names ? `npm run lab -- ssh ${droplets[0]?.name}` : 'npm start makes one',
    })
  }
  // A host of the lab gets a new key whenever it is made again, and is reached from this machine only.
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR']
  const flags = [...options.flatMap((option) => ['-o', option]), '-i', paths.key]
  return interactive('ssh', [...flags, `root@${found.ipv4}`, ...command])
}
