import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lastLines } from '../../provision/errors.ts'
import { forgetProcess, recordProcess } from '../processes.ts'

/** Pebble as a child of this process. */
export interface Pebble {
  log: string
  /** How it ended, if it did. */
  ended: () => string | undefined
  readonly exited: Promise<void>
  lastWords(): Promise<string>
  close(): Promise<void>
}

const graceMs = 2_000

export async function spawnPebble(options: {
  pebble: string
  folder: string
  stateFolder: string
  dns: string
  configuration: object
}): Promise<Pebble> {
  const { pebble, folder, stateFolder, dns } = options
  await access(pebble, constants.X_OK)
  const configuration = join(folder, 'pebble.json')
  await writeFile(configuration, JSON.stringify({ pebble: options.configuration }, null, 2))
  // A file, not a pipe, so that its last words are there even when this process is not.
  const log = join(folder, 'pebble.log')
  const output = await open(log, 'w')
  // With a lab that is killed its CA ends too: of a folder that was deleted nobody could end it any more.
  const withParent = ['--pdeathsig', 'KILL', pebble]
  const child = spawn('setpriv', [...withParent, '-config', configuration, '-dnsserver', dns], {
    // No random waits before validations, no nonces refused to test clients with.
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' },
    stdio: ['ignore', output.fd, output.fd],
  })
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  try {
    await once(child, 'spawn')
  } finally {
    await output.close()
  }
  await recordProcess(stateFolder, 'pebble', child.pid ?? 0)
  const ended = () => {
    const end = child.exitCode ?? child.signalCode
    return end === null ? undefined : `Pebble ended with ${end}`
  }
  return {
    log,
    ended,
    exited,
    lastWords: async () => lastLines(await readFile(log, 'utf8').catch(() => ''), 5),
    async close() {
      const patience = setTimeout(() => child.kill('SIGKILL'), graceMs)
      if (!ended()) {
        child.kill('SIGTERM')
        await exited
      }
      clearTimeout(patience)
      await forgetProcess(stateFolder, 'pebble')
    },
  }
}
