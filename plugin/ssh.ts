import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastLines } from '../provision/errors.ts'

export interface Destination {
  readonly address: string
  /** What the host must prove to be, `ssh-ed25519 AAAA…`. */
  readonly hostKey: string
  /** Private key; the agent and the user's own defaults without it. */
  readonly keyFile: string | undefined
  /** Who to be there: an operator, who becomes root by sudo; root itself without it. */
  readonly login?: string
  /** Who to be from the next connection on: an operator whom this run lets in. */
  readonly nextLogin?: string
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** ssh gave up before a command ran. `kind` says what a caller may do about it. */
export class NoConnection extends Error {
  readonly kind: 'unreachable' | 'other-host-key' | 'refused'

  constructor(kind: NoConnection['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

const alias = 'shoestring-host'
// OpenSSH's own failures; a remote command that exits 255 is not one of ours.
const sshFailed = 255

/** One authenticated connection to a host, shared by every command through OpenSSH's control socket. */
export class Ssh {
  readonly #folder: string
  readonly #options: readonly string[]
  readonly destination: Destination

  private constructor(folder: string, destination: Destination, connectTimeoutSeconds: number) {
    this.#folder = folder
    this.destination = destination
    const options = {
      User: destination.login ?? 'root',
      BatchMode: 'yes',
      LogLevel: 'ERROR',
      ConnectTimeout: connectTimeoutSeconds,
      ServerAliveInterval: 5,
      ServerAliveCountMax: 6,
      // The state says which key the host has: neither the user's files nor the first answer are asked.
      StrictHostKeyChecking: 'yes',
      UserKnownHostsFile: join(folder, 'known_hosts'),
      GlobalKnownHostsFile: '/dev/null',
      HostKeyAlias: alias,
      UpdateHostKeys: 'no',
      // A killed plugin leaves a master that ends by itself.
      ControlMaster: 'auto',
      ControlPath: join(folder, 'control'),
      ControlPersist: 20,
      ...(destination.keyFile && { IdentitiesOnly: 'yes', IdentityFile: destination.keyFile }),
    }
    this.#options = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  }

  /** Connects, trying again until `patienceMs` are over; zero tries once. */
  static async connect(destination: Destination, { patienceMs = 0, signal = never } = {}): Promise<Ssh> {
    const folder = await mkdtemp(join(tmpdir(), 'shoestring-ssh-'))
    const ssh = new Ssh(folder, destination, 5)
    try {
      await writeFile(join(folder, 'known_hosts'), `${alias} ${destination.hostKey}\n`)
      await ssh.#knock(Date.now() + patienceMs, signal)
      return ssh
    } catch (error) {
      await ssh.close()
      throw error
    }
  }

  async #knock(until: number, signal: AbortSignal): Promise<void> {
    const since = Date.now()
    for (;;) {
      const { code, stderr } = await this.run('true')
      if (code === 0) return
      const kind = kindOf(stderr)
      if (kind !== 'unreachable' || Date.now() >= until || signal.aborted) {
        const waited = Math.round((Date.now() - since) / 1000)
        throw new NoConnection(
          kind,
          `${lastLines(stderr, 1) || 'it ended the connection without a word'}${waited > 1 ? ` (waited ${waited} s)` : ''}`,
        )
      }
      await sleep(500)
    }
  }

  /** Runs a shell command as root; `input` streams into it, `onLine` sees its lines of stdout as they come. */
  async run(
    command: string,
    { input, onLine }: { input?: Readable; onLine?: (line: string) => void } = {},
  ): Promise<Finished> {
    const { address, login = 'root' } = this.destination
    const asRoot = login === 'root' ? command : `sudo -n -- /bin/sh -c ${quoted(command)}`
    const child = spawn('ssh', [...this.#options, address, asRoot])
    const stdout = onLine ? lines(child.stdout, onLine) : text(child.stdout)
    const stderr = text(child.stderr)
    // The command may end before it has read everything: its exit code tells more than the broken pipe.
    const fed = input ? pipeline(input, child.stdin).catch(() => undefined) : child.stdin.end()
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new Error('the ssh command is missing: install openssh-client', { cause })),
      )
      child.once('close', (exit) => resolve(exit ?? sshFailed))
    })
    input?.destroy()
    await fed
    return { code, stdout: await stdout, stderr: await stderr }
  }

  async close(): Promise<void> {
    const exit = spawn('ssh', [...this.#options, '-O', 'exit', this.destination.address], { stdio: 'ignore' })
    await new Promise<void>((resolve) => {
      exit.once('close', () => resolve())
      exit.once('error', () => resolve())
    })
    await rm(this.#folder, { recursive: true, force: true })
  }
}

const never = new AbortController().signal

const quoted = (command: string): string => `'${command.replaceAll("'", `'\\''`)}'`

function kindOf(stderr: string): NoConnection['kind'] {
  if (/host key verification failed|identification has changed|no matching host key/i.test(stderr))
    return 'other-host-key'
  // An operator without sudo is of no use either.
  if (/permission denied|too many authentication|^sudo: |not available/im.test(stderr)) return 'refused'
  return 'unreachable'
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function lines(stream: Readable, onLine: (line: string) => void): Promise<string> {
  let rest = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    const whole = (rest + String(chunk)).split('\n')
    rest = whole.pop() ?? ''
    whole.forEach((line) => onLine(line))
  }
  if (rest) onLine(rest)
  return ''
}
