import { setTimeout } from 'node:timers/promises'
import { $ } from '../network/shell.ts'
import { OperatorError } from '../../provision/errors.ts'
import { isOpen } from '../network/open-ports.ts'

/** What a command on a host said and how it ended. */
export interface CommandResult {
  stdout: string
  stderr: string
  exitCode: number | null
}

/** Commands on one host over one shared connection, as root. */
export interface SshSession {
  run(command: string, input?: string): Promise<CommandResult>
  /** Waits until the host lets us in. */
  ready(timeoutMs?: number): Promise<void>
  /** Ends the shared connection; the next command makes a new one. */
  close(): Promise<void>
}

/** A session with the host at that address; `folder` holds the private key `key` and the connection's socket. */
export function sshSession(address: string, folder: string): SshSession {
  const socket = `${folder}/${address}.ssh`
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '5',
    // A host that boots afresh at a known address has a new key every time.
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    IdentitiesOnly: 'yes',
    IdentityFile: `${folder}/key`,
    ControlMaster: 'auto',
    ControlPath: socket,
    ControlPersist: '60',
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const run = async (command: string, input = ''): Promise<CommandResult> => {
    const ssh = $({ nothrow: true, input })`ssh -F none ${flags} root@${address} ${command}`
    const { stdout, stderr, exitCode } = await ssh
    return { stdout, stderr, exitCode }
  }
  return {
    run,
    async ready(timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs
      let last = 'port 22 does not answer'
      while (Date.now() < deadline) {
        if (await isOpen(address, 22, 500)) {
          const { exitCode, stderr } = await run('true')
          if (exitCode === 0) return
          last = stderr.trim()
        }
        await setTimeout(25)
      }
      throw new OperatorError(`${address} does not let us in within ${timeoutMs / 1000} s`, {
        why: last,
        fix: `look at what its console says, beside its disk`,
      })
    },
    async close() {
      await $({ nothrow: true })`ssh -F none -o ControlPath=${socket} -O exit root@${address}`
    },
  }
}
