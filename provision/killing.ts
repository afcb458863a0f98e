// oxlint-disable no-restricted-imports -- the run is the plugin's, over its own connection
import { PassThrough } from 'node:stream'
import { bundleProvision } from '../plugin/bundle.ts'
import { start } from '../plugin/provisioning.ts'
import type { Ssh } from '../plugin/ssh.ts'
import { confirmWayIn } from '../plugin/way-in.ts'
import type { Request } from './desired.ts'
import type { Event } from './report.ts'

/** What a run told until it ended or was killed. */
export interface Ended {
  /** `firewall: allow 443/tcp`, in order; what is to be done, and what was begun. */
  planned: string[]
  begun: string[]
  undone: string[]
  failure: Extract<Event, { event: 'failed' }> | undefined
  done: boolean
}

/** How the proof of the way in is named among changes. */
export const wayIn = 'way in: confirm it by a new connection'

/**
 * Runs a request in a process that ends itself by SIGKILL: `deadlineMs` after it has begun a change, each change its
 * own; what ends sooner goes on. A kill from outside would come too late for most changes.
 */
export async function runKilled(
  ssh: Ssh,
  request: Request,
  deadlineMs: Record<string, number>,
  onBegin: (change: string) => void = () => {},
): Promise<Ended> {
  const told: Ended = { planned: [], begun: [], undone: [], failure: undefined, done: false }
  const input = new PassThrough()
  const program = `(${killItself.toString()})(${JSON.stringify({ deadlineMs, wayIn })});${await bundleProvision()}`
  input.write(`${JSON.stringify(program)}\n${JSON.stringify(request)}\n`)
  await ssh.run(start, {
    input,
    onLine(line) {
      const event = JSON.parse(line) as Event
      if (event.event === 'planned') {
        told.planned.push(...event.changes.map((summary) => `${event.step}: ${summary}`))
      }
      if (event.event === 'applying') begin(`${event.step}: ${event.summary}`)
      if (event.event === 'confirm') {
        begin(wayIn)
        confirmWayIn(ssh, event.leftMs).then(
          () => input.write('confirmed\n'),
          (error: Error) => input.write(`refused ${error.message.split('\n')[0]}\n`),
        )
      }
      if (event.event === 'undone') told.undone.push(...event.changes)
      if (event.event === 'failed') told.failure = event
      if (event.event === 'done') told.done = true
      if (told.failure || told.done) input.end()
    },
  })
  return told

  function begin(change: string): void {
    told.begun.push(change)
    onBegin(change)
  }
}

/** Before the program on the host: sees its lines as they leave, and has the process killed in time. */
function killItself(wish: { deadlineMs: Record<string, number>; wayIn: string }): void {
  const write = process.stdout.write.bind(process.stdout)
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- it travels alone
  const kill = (): void => void process.kill(process.pid, 'SIGKILL')
  let timer: NodeJS.Timeout | undefined
  process.stdout.write = (text: string | Uint8Array): boolean => {
    const written = write(String(text))
    const { event, step, summary } = JSON.parse(String(text)) as {
      event: string
      step?: string
      summary?: string
    }
    clearTimeout(timer)
    const change = event === 'confirm' ? wish.wayIn : event === 'applying' ? `${step}: ${summary}` : ''
    const inMs = wish.deadlineMs[change] ?? wish.deadlineMs[change && '*']
    if (inMs === 0) kill()
    else if (inMs !== undefined) timer = setTimeout(kill, inMs)
    return written
  }
}
