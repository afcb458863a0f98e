import { readdir, readFile, rm } from 'node:fs/promises'
import type { LabPaths } from './paths.ts'
import { replaceFile } from './replace-file.ts'

/** What runs and how it is reached: written by the daemon when everything answers, gone when it ends. */
export interface LabStatus {
  readonly pid: number
  /** Base URL of DigitalOcean's API. */
  readonly api: string
  /** Where Namecheap's commands are asked for. */
  readonly namecheap: string
  readonly dns: string
  readonly acme: { readonly directory: string; readonly rootCertificate: string }
  /** PEM file with the roots that this lab's certificates chain to. */
  readonly ca: string
  readonly smtp: { readonly address: string; readonly smtps: number; readonly submission: number }
  readonly mail: string
  /** Loopback ports through which a browser on this machine reaches the hosts. */
  readonly relay: { readonly https: number; readonly http: number }
}

export async function writeStatus({ status: file }: LabPaths, status: LabStatus): Promise<void> {
  await replaceFile(file, `${JSON.stringify(status, null, 2)}\n`)
}

export const forgetStatus = ({ status }: LabPaths): Promise<void> => rm(status, { force: true })

/** The status of a lab whose daemon runs. */
export async function readStatus({ status: file, state }: LabPaths): Promise<LabStatus | undefined> {
  try {
    const status = JSON.parse(await readFile(file, 'utf8')) as LabStatus
    return (await isDaemon(status.pid, state)) ? status : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Daemons of this folder: one, or for a moment two that were started at once. */
export async function findDaemons(state: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const ours = await Promise.all(pids.map((pid) => isDaemon(pid, state)))
  return pids.filter((_pid, index) => ours[index])
}

// By its command line: the number alone may have found another owner.
async function isDaemon(pid: number, state: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const words = command.split('\0')
  return words.some((word) => word.endsWith('lab/daemon.ts')) && words.includes(state)
}
