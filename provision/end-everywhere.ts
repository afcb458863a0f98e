import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { TestLab } from '../lab/testing.ts'
import type { Request, Task } from './desired.ts'
import { runKilled } from './killing.ts'
import { openProvisioned } from './on-test-host.ts'
import type { Web } from './on-troubled-host.ts'

/** So long after a change has begun, somebody ends the host, or the connection to it. */
interface Cut {
  what: 'power' | 'connection'
  inMs: number
}

const cuts: [RegExp, Cut][] = [
  [/^packages: install/, { what: 'power', inMs: 9000 }],
  [/^packages: install/, { what: 'connection', inMs: 2000 }],
  [/^mounts: mount \/var /, { what: 'power', inMs: 20 }],
  [/^journal: restart/, { what: 'connection', inMs: 0 }],
  [/^sshd: reload ssh/, { what: 'power', inMs: 0 }],
  [/^firewall: enable/, { what: 'power', inMs: 100 }],
  [/^way in: /, { what: 'power', inMs: 0 }],
  [/^postgres: make cluster/, { what: 'power', inMs: 700 }],
  [/^postgres: make cluster/, { what: 'connection', inMs: 300 }],
  [/^database: create database/, { what: 'power', inMs: 30 }],
  [/^caddy: install/, { what: 'power', inMs: 30 }],
  [/^caddy: start/, { what: 'connection', inMs: 10 }],
]

/** How a change is ended, one run after the other: killed ever later, until it is done before that. */
function endings(change: string): (number | Cut)[] {
  const worse = cuts.filter(([pattern]) => pattern.test(change)).map(([, how]) => how)
  // After a kill there the next run begins all of them again.
  const guarded = /^(operators|sshd|wireguard|firewall|way in): /.test(change)
  const [power, connection] = [
    worse.filter(({ what }) => what === 'power'),
    worse.filter(({ what }) => what !== 'power'),
  ]
  const file = /: (write|update) \//.test(change)
  // The connection last, for the change goes on without it.
  return [0, ...power, ...(guarded ? [] : file ? [3] : [60, 600, 4000]), ...connection]
}

/** Converges by runs each of which is ended at the next change, until one comes through; answers where they were ended. */
export async function endEverywhere(
  lab: TestLab,
  web: Web,
  task: Task,
): Promise<{ planned: string[]; at: string[] }> {
  const { host } = web
  const request: Request = { mode: 'converge', files: web.provisioned.templates, ...task }
  const ended: Record<string, number> = Object.fromEntries(alike.map((change) => [change, Infinity]))
  const planned = new Set<string>()
  const start = performance.now()
  for (let runs = 1; ; runs++) {
    const numbers = Object.entries(ended).map(([change, times]) => {
      const next = endings(change)[times]
      return [change, typeof next === 'number' ? next : neverMs] as const
    })
    let cutting: Promise<void> | undefined
    const deadlineMs = { '*': 0, ...Object.fromEntries(numbers) }
    const last = await runKilled(web.provisioned.ssh, request, deadlineMs, (change) => {
      const next = endings(change)[ended[change] ?? 0]
      if (typeof next === 'object') cutting ??= cut(web, next)
    })
    for (const change of last.planned) planned.add(change)
    const [at, ...before] = last.begun.toReversed()
    for (const change of before) ended[change] = Infinity
    if (at !== undefined) ended[at] = (ended[at] ?? 0) + 1
    if (cutting) {
      await cutting
      await web.provisioned.close()
      web.provisioned = await openProvisioned(lab, host)
    }
    const seconds = Math.round((performance.now() - start) / 1000)
    // A run that has lost its operator comes to the end of its change first.
    if (last.failure?.step === 'host' && last.failure.why.startsWith('another run is at work'))
      await sleep(2000)
    else expect(last.failure).toBeUndefined()
    if (!last.done) continue
    console.log(`${runs} runs, ended at ${Object.keys(ended).length} changes, ${seconds} s`)
    return { planned: [...planned], at: Object.keys(ended) }
  }
}

const neverMs = 2 ** 31 - 1

// Each takes a second, and every run that ends after them has them undone: the first of its kind stands for all.
const alike = ['80/tcp', '443/tcp', '443/udp'].map((port) => `firewall: allow ${port}`)

async function cut({ host, provisioned }: Web, { what, inMs }: Cut): Promise<void> {
  await sleep(inMs)
  await (what === 'power' ? host.powerCycle() : provisioned.ssh.close())
}
