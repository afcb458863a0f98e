import { $ } from 'zx'
import { OperatorError } from '../../provision/errors.ts'
import { Store } from '../digitalocean/state/store.ts'
import type { LabPaths } from '../paths.ts'
import { labOperator } from '../stack.ts'
import { interactive } from './interactive.ts'

/** `ssh`: root's shell on a host, or one command there. */
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
  const [dev, root] = [labOperator, 'root'].map((login) => `${login}@${found.ipv4}`)
  // Until a host is provisioned root is the only one who can come in; from then on root is who can't.
  if (!(await letsIn([...flags, dev ?? '']))) return interactive('ssh', [...flags, root ?? '', ...command])
  const asRoot =
    command.length > 0 ? ['sudo', '-n', '--', 'sh', '-c', quoted(command.join(' '))] : ['sudo', '-i']
  return interactive('ssh', [...flags, ...(command.length > 0 ? [] : ['-t']), dev ?? '', ...asRoot])
}

async function letsIn(destination: string[]): Promise<boolean> {
  const { exitCode } = await $({
    nothrow: true,
    quiet: true,
  })`ssh -o BatchMode=yes -o ConnectTimeout=5 ${destination} true`
  return exitCode === 0
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
