import { PassThrough } from 'node:stream'
import type { Request } from '../provision/desired.ts'
import { lastLines } from '../provision/errors.ts'
import type { Event } from '../provision/report.ts'
import { bundleProvision } from './bundle.ts'
import { currentNode, nodeOnHost } from './runtime.ts'
import type { Ssh } from './ssh.ts'
import { confirmWayIn, undoneMeanwhile } from './way-in.ts'

/** The host has no Node yet, so nothing of ours can have run there. */
const noRuntime = 90

// The first line of stdin is the program, so that a preview leaves nothing behind on the host.
const loader = `
const { compileFunction } = require('node:vm')
const lines = require('node:readline').createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]()
lines.next().then(({ value }) => {
  const program = { exports: {} }
  process.stdout.write(JSON.stringify({ event: 'runtime', version: process.versions.node }) + '\\n')
  compileFunction(JSON.parse(value), ['require', 'module', 'exports'], { filename: 'provision.cjs' })(require, program, program.exports)
  return program.exports.serve(lines, (line) => process.stdout.write(line + '\\n'))
})`

/** The command that runs a program and a request on a host: the two first lines of its stdin. */
export const start = [
  `node=${nodeOnHost}; [ -x "$node" ] || node=${currentNode}; [ -x "$node" ] || exit ${noRuntime}`,
  `exec "$node" -e "eval(Buffer.from('${Buffer.from(loader).toString('base64')}', 'base64').toString())"`,
].join('; ')

/** What a run on a host tells: its interpreter first, then what provision does. */
export type RunEvent = Event | { event: 'runtime'; version: string }

/** A step could not do what it had to. The text names step and change, why, and what to do. */
export class ProvisioningFailed extends Error {}

/** Proves that the host lets somebody in by a new connection; rejects with why it does not. */
export type Confirm = (ssh: Ssh, leftMs: number) => Promise<void>

/** Runs a request on the host; events arrive as they happen. False when the host has no runtime. */
export async function provision(
  ssh: Ssh,
  request: Request,
  onEvent: (event: RunEvent) => void,
  signal?: AbortSignal,
  confirm: Confirm = confirmWayIn,
): Promise<boolean> {
  // Stays open while the run lasts: to the host an end of file means that its operator is gone.
  const input = new PassThrough()
  input.write(`${JSON.stringify(await bundleProvision())}\n${JSON.stringify(request)}\n`)
  const answer = (line: string): void => void (input.writableEnded || input.write(`${line}\n`))
  const cancel = (): void => answer('cancel')
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  let failure: Extract<RunEvent, { event: 'failed' }> | undefined
  let done = false
  const { code, stderr } = await ssh.run(start, {
    input,
    onLine(line) {
      const event = JSON.parse(line) as RunEvent
      if (event.event === 'failed') failure = event
      if (event.event === 'done') done = true
      if (event.event === 'confirm') {
        confirm(ssh, event.leftMs).then(
          () => answer('confirmed'),
          (error: Error) => answer(`refused ${lastLines(error.message, 1)}`),
        )
      }
      onEvent(event)
      if (done || failure) input.end()
    },
  })
  signal?.removeEventListener('abort', cancel)
  if (code === noRuntime) return false
  if (failure) {
    const { step, summary, why, fix, undone = [] } = failure
    throw new ProvisioningFailed(
      `${step}${summary ? `: could not ${summary}` : ''}\n  why   ${why}${told(undone)}\n  next  ${fix}`,
    )
  }
  if (!done) {
    const last = lastLines(stderr, 5)
    const undone = request.mode === 'converge' ? await undoneMeanwhile(ssh, request.undoAfterSeconds) : []
    throw new ProvisioningFailed(
      `the run on the host ended early (exit code ${code})\n  why   ${last || 'the connection was cut'}${told(undone)}\n` +
        '  next  run pulumi up again: what is done already is not repeated',
    )
  }
  return true
}

const told = (undone: string[]): string => (undone.length > 0 ? `\n  undone ${undone.join('; ')}` : '')
