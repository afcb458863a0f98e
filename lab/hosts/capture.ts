import { execFile } from 'node:child_process'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { $ } from '../network/shell.ts'
import { OperatorError } from '../../provision/errors.ts'
import type { CapturePlace, Place } from './place.ts'

/** What a disk begins with: the image below it, and what a host had changed by the time it was captured. */
export interface DiskOrigin {
  /** The folder under the disk: a newer image does not fit what the host has changed. */
  imageFolder: string
  /** The host whose disk was captured; absent for the image as it is. */
  diskOf?: number | undefined
}

/** Copies what a host has changed, which must not go on changing meanwhile; answers the copy's size. */
export async function captureDisk(
  place: Place,
  capture: CapturePlace,
  imageFolder: string,
): Promise<{ bytes: number }> {
  if (!existsSync(capture.folder)) {
    await rm(capture.partFolder, { recursive: true, force: true })
    await mkdir(capture.partFolder, { recursive: true, mode: 0o700 })
    await copyLayer(place.upper, join(capture.partFolder, 'upper'))
    const origin: DiskOrigin = { imageFolder, diskOf: place.id }
    await writeFile(join(capture.partFolder, 'origin.json'), JSON.stringify(origin, null, 2))
    await rename(capture.partFolder, capture.folder)
  }
  const [bytes = '0'] = (await $`du --summarize --bytes ${join(capture.folder, 'upper')}`).stdout.split('\t')
  return { bytes: Number(bytes) }
}

/** What a disk from that capture begins with. */
export async function readOrigin({ folder }: CapturePlace, imageId: number): Promise<DiskOrigin> {
  if (!existsSync(folder)) {
    throw new OperatorError(`the disk behind image ${imageId} is gone`, {
      why: `${folder} is not there`,
      fix: 'make the droplet from another image',
    })
  }
  return JSON.parse(await readFile(join(folder, 'origin.json'), 'utf8')) as DiskOrigin
}

/** Gives a host that has no disk yet a copy of a captured one. */
export async function fillDisk({ upper }: Place, { folder }: CapturePlace): Promise<void> {
  if (existsSync(upper)) return
  const part = `${upper}.part`
  await rm(part, { recursive: true, force: true })
  await copyLayer(join(folder, 'upper'), part)
  await rename(part, upper)
}

/** Removes a captured disk, whole or not. */
export async function removeCapture({ folder, partFolder }: CapturePlace): Promise<void> {
  // Renamed first: what a kill leaves half removed must not look whole.
  if (existsSync(folder)) {
    await rm(partFolder, { recursive: true, force: true })
    await rename(folder, partFolder)
  }
  await rm(partFolder, { recursive: true, force: true })
}

/** With hard links, owners and extended attributes: overlayfs keeps in those which folders hide the image's. */
async function copyLayer(from: string, to: string): Promise<void> {
  const copy = ['cp', '--archive', '--reflink=auto', '--no-target-directory', from, to]
  // Without a shell in between, so that it ends with the lab: what is begun anew must not meet what went on.
  await run('setpriv', ['--pdeathsig', 'KILL', ...copy])
}

const run = promisify(execFile)
