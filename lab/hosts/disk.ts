import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { $ } from '../network/shell.ts'
import { OperatorError } from '../../provision/errors.ts'
import type { Place } from './place.ts'

interface Mount {
  source: string
  target: string
}

/** Lays the host's disk over the image: made in milliseconds, kept across power cycles, thrown away whole. */
export async function mountDisk(place: Place, image: string): Promise<void> {
  if ((await readMounts()).some(({ target }) => target === place.root)) return
  if (!existsSync(image)) {
    throw new OperatorError(`the image under the disk of host ${place.id} is gone`, {
      why: `${image} is not there any more`,
      fix: 'start again with an empty cloud: npm run lab -- reset',
    })
  }
  await Promise.all([place.upper, place.work, place.root].map((folder) => mkdir(folder, { recursive: true })))
  const [lower, upper, work] = [image, place.upper, place.work].map(escape)
  try {
    await $`mount -t overlay ${place.name} -o lowerdir=${lower},upperdir=${upper},workdir=${work} ${place.root}`
  } catch (cause) {
    const [fileSystem] = (await $`df --output=fstype ${place.folder}`).lines().slice(1)
    throw new OperatorError(`can't make a disk for host ${place.id} in ${place.folder}`, {
      why: `the kernel refuses an overlay of ${image} there (file system: ${fileSystem})`,
      fix: 'keep the repository on a local disk (ext4, xfs, btrfs), not in a container layer or on a share',
      cause,
    })
  }
}

/** Takes the disk out, in use or not; what is on it stays. */
export async function unmountDisk(root: string): Promise<void> {
  if (!(await readMounts()).some(({ target }) => target === root)) return
  // Lazily where somebody's shell still stands in there.
  if ((await $({ nothrow: true })`umount ${root}`).exitCode !== 0) await $`umount -l ${root}`
}

/** Throws away what is on the disk of a host that is off: the next boot finds a new one. */
export async function discardDisk({ root, upper, work, seededFile }: Place): Promise<void> {
  await unmountDisk(root)
  // In this order, and renamed first: a kill in between must leave no disk that passes for a whole one.
  await rm(seededFile, { force: true })
  await rm(`${upper}.old`, { recursive: true, force: true })
  if (existsSync(upper)) await rename(upper, `${upper}.old`)
  for (const path of [`${upper}.old`, work]) await rm(path, { recursive: true, force: true })
}

/** All mounts of this machine, with their names as they were given. */
export async function readMounts(): Promise<Mount[]> {
  const lines = (await readFile('/proc/mounts', 'utf8')).trim().split('\n')
  return lines.map((line) => {
    const [source = '', target = ''] = line.split(' ').map(unescapeOctal)
    return { source, target }
  })
}

/** In mount's options colon and comma separate. */
const escape = (path: string) => path.replace(/[\\:,]/g, (sign) => `\\${sign}`)

const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
