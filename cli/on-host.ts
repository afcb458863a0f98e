import { closeConnections, connected, Unreachable, useKeyFile } from '../plugin/connection.ts'
import type { Call } from '../plugin/provider.ts'
import type { Ssh } from '../plugin/ssh.ts'
import { OperatorError } from '../provision/errors.ts'
import type { Deployed } from './deployed.ts'

/** Looks at a stack's host over one connection, and closes it. */
export async function onHost<T>(
  { name, host, sshKeyFile }: Deployed,
  look: (ssh: Ssh) => Promise<T>,
): Promise<T> {
  useKeyFile(sshKeyFile)
  try {
    return await connected(host, name, look, { patient: false })
  } catch (error) {
    throw error instanceof Unreachable ? inThreeParts(error) : error
  } finally {
    await closeConnections()
  }
}

const silent = () => Promise.resolve()

/** What the plugin's own functions want of the engine, where there is none: nobody to talk to. */
export const quietCall = (name: string): Call => {
  const signal = new AbortController().signal
  return { urn: '', name, signal, timeoutMs: 0, info: silent, warn: silent, status: silent }
}

/** The plugin tells the engine its errors as one text, `what, why …, next …`. */
function inThreeParts(error: Error): OperatorError {
  const [what = '', why = '', fix = ''] = error.message.split(/\n {2}(?:why|next) {2,}/)
  return new OperatorError(what, { why, fix, cause: error })
}
