import { setTimeout } from 'node:timers/promises'
import { lastLines, OperatorError } from '../errors.ts'
import type { Host } from '../host.ts'
import { journal } from '../unit.ts'
import { currentLink, noteUse, releasesFolder, socketOf, unitOf } from './folder.ts'
import { waitUntilHealthy } from './health.ts'

const healthTimeoutMs = 20_000
// Longer than connecting takes: whoever was led to the old release before the switch has arrived there.
const arrivalMs = 300
// One restart may be bad luck (a database that just comes up); this many are a release that can't start.
const restartsThatFail = 2

/** Starts a release and waits until it is well; one that isn't is stopped again, and what served goes on. */
export async function startUntilHealthy(
  host: Host,
  { hash }: { hash: string },
  current: string | undefined,
): Promise<void> {
  const unit = unitOf(hash)
  const since = `@${Math.floor(Date.now() / 1000)}`
  await host.$({ nothrow: true })`systemctl reset-failed ${unit}`
  await host.$`systemctl restart ${unit}`
  const health = await waitUntilHealthy(socketOf(hash), healthTimeoutMs, () => holds(host, unit))
  if (health.healthy) return
  const said = told(await journal(host, unit, { lines: 60, since, own: true }))
  // The current release is left to systemd, which goes on trying: there is nothing better to serve.
  if (current !== hash) {
    await host.$({ nothrow: true })`systemctl stop ${unit}`
    // So that it is the first to be pruned, and never in the place of a release that worked.
    await noteUse(hash, new Date(0))
  }
  throw new OperatorError(`${unit} is not healthy`, {
    why: [health.said, said].filter(Boolean).join('\n'),
    fix:
      current === undefined || current === hash
        ? `nothing serves; read all of it on the host: journalctl -u ${unit}`
        : `the release before it goes on serving; read all of it on the host: journalctl -u ${unit}`,
  })
}

/** What the app logged, as sentences: of its JSON only the messages, each once, the last few; of errors no stacks. */
export function told(journalText: string): string {
  const sentences = journalText
    .split('\n')
    .filter((line) => !/^\s+at |^\s*\^+$|^Node\.js v\d/.test(line))
    .map((line) => {
      if (!line.startsWith('{')) return line
      try {
        const { msg = '', err } = JSON.parse(line) as { msg?: string; err?: { message?: string } }
        return err?.message && err.message !== msg ? `${msg}: ${err.message}` : msg
      } catch {
        return line
      }
    })
  return lastLines([...new Set(sentences)].join('\n'), 8)
}

async function holds({ $ }: Host, unit: string): Promise<boolean> {
  const shown = await $`systemctl show --property=ActiveState,NRestarts ${unit}`
  const restarts = Number(/^NRestarts=(\d+)$/m.exec(shown.stdout)?.[1] ?? 0)
  return !/^ActiveState=(failed|inactive)$/m.test(shown.stdout) && restarts < restartsThatFail
}

/** One link decides which release the web server asks: changing it is the whole cut-over. */
export async function switchTo(host: Host, hash: string, before: string | undefined): Promise<void> {
  await host.relink(currentLink, `releases/${hash}`)
  if (before !== undefined) await noteUse(before)
  await noteUse(hash)
}

/** Ends a release that nobody is led to any more; it answers what it has begun. */
export async function stopDrained(host: Host, hash: string): Promise<void> {
  await setTimeout(arrivalMs)
  await host.$`systemctl disable --now ${unitOf(hash)}`
}

export async function discard(host: Host, name: string): Promise<void> {
  await host.remove(`${releasesFolder}/${name}`)
}
