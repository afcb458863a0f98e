import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Whether these are the arguments of a `pulumi preview --diff`. */
export const asksForDiff = (args: readonly string[]): boolean =>
  args.some((arg) => /^--diff(=(true|1))?$/.test(arg))

/**
 * Whether the engine that started this plugin was asked for `--diff`. It tells no plugin, and prints of a difference
 * only what stands in its state, where a host's files are not: so its own command line is looked at.
 */
export async function askedForDiff(pid = process.ppid): Promise<boolean> {
  try {
    return asksForDiff((await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0'))
  } catch {
    // A Mac has no /proc. Whoever can't be looked at asked for nothing.
    const ps = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => undefined)
    return asksForDiff(ps?.stdout.split(/\s+/) ?? [])
  }
}
