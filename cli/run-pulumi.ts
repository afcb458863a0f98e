import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EngineEvent } from '@pulumi/pulumi/automation/index.js'
import type { LabStack } from '../lab/stack.ts'

/**
 * Brings the stack up and tells what the engine tells. The command itself rather than the Automation API, which asks
 * for the version before it and for outputs and history after it: a second and a half in all.
 */
export async function runPulumi(
  { name, folder, env }: LabStack,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const unfinished = join(folder, 'unfinished')
  // What a run that failed or was killed has made, or what its lost answers took away, only the cloud knows.
  const looking = existsSync(unfinished) ? ['--refresh'] : []
  const args = ['up', '--yes', '--skip-preview', '--non-interactive', '--json', '--stack', name, ...looking]
  await writeFile(unfinished, '')
  const child = spawn('pulumi', args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.on('SIGINT', waitForEngine)
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) onEvent(JSON.parse(line) as EngineEvent)
  })
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code !== 0) throw new Error(complaint.trim() || `pulumi up ended with exit code ${code}`)
    await rm(unfinished)
  } finally {
    process.off('SIGINT', waitForEngine)
  }
}

/** Ctrl-C reaches the engine too, which ends what is under way. */
const waitForEngine = (): void => undefined
