import { PassThrough } from 'node:stream'
import type { Request } from '../provision/desired.ts'
import { lastLines } from '../provision/errors.ts'
import type { Event } from '../provision/report.ts'
import { bundleProvision } from './bundle.ts'
import { currentNode, nodeOnHost } from './runtime.ts'
import type { Ssh } from './ssh.ts'

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

const start = [
  `node=${nodeOnHost}; [ -x "$node" ] || node=${currentNode}; [ -x "$node" ] || exit ${noRuntime}`,
  `exec "$node" -e "eval(Buffer.from('${Buffer.from(loader).toString('base64')}', 'base64').toString())"`,
].join('; ')

/** What a run on a host tells: its interpreter first, then what provision does. */
export type RunEvent = Event | { event: 'runtime'; version: string }

/** A step could not do what it had to. The text names step and change, why, and what to do. */
export class ProvisioningFailed extends Error {}

/** Runs a request on the host; events arrive as they happen. False when the host has no runtime. */
export async function provision(
  ssh: Ssh,
  request: Request,
  onEvent: (event: RunEvent) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  // Stays open while the run lasts: to the host an end of file means that its operator is gone.
  const input = new PassThrough()
  input.write(`${JSON.stringify(await bundleProvision())}\n${JSON.stringify(request)}\n`)
  const cancel = (): void => void input.write('cancel\n')
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
      onEvent(event)
      if (done || failure) input.end()
    },
  })
  signal?.removeEventListener('abort', cancel)
  if (code === noRuntime) return false
  if (failure) {
    const { step, summary, why, fix } = failure
    throw new ProvisioningFailed(
      `${step}${summary ? `: could not ${summary}` : ''}\n  why   ${why}\n  next  ${fix}`,
    )
  }
  if (!done) {
    const last = lastLines(stderr, 5)
    throw new ProvisioningFailed(
      `the run on the host ended early (exit code ${code})\n  why   ${last || 'the connection was cut'}\n` +
        '  next  run pulumi up again: what is done already is not repeated',
    )
  }
  return true
}
