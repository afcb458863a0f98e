// `npm run patch-times`: whether the times of SECURITY.md, section 6, are kept. Fails where one is over, or a hole is known.
import { execFile } from 'node:child_process'
import { held, newerOf, patchDays, type Newer } from './overdue.ts'
import { listed } from './page.ts'

const severe = new Set(['critical', 'high'])

interface Outdated {
  current?: string
  wanted: string
}

interface Refusal {
  error?: { summary: string }
}

interface Audit extends Refusal {
  message?: string
  vulnerabilities?: Record<string, { severity: string }>
}

const now = new Date()
const kept = [await lookAtVersions(), await lookForHoles()]
process.exitCode = kept.every(Boolean) ? 0 : 1

async function lookAtVersions(): Promise<boolean> {
  const outdated = (await npm('outdated', '--json')) as Record<string, Outdated> & Refusal
  if (outdated.error) {
    show('versions: npm could not ask, so nobody knows', [
      { name: 'why', lines: [outdated.error.summary] },
      { name: 'next', lines: ['npm ping, and when that works the same again'] },
    ])
    return false
  }
  const found = await Promise.all(
    Object.entries(outdated).map(async ([name, { current, wanted }]) => {
      const version = current ?? wanted
      const times = (await npm('view', name, 'time', '--json')) as Record<string, string>
      return { name, version, newer: newerOf({ name, version, times }, now), why: held[name]?.why }
    }),
  )
  const rows = found.flatMap(({ name, version, newer, why }) => [
    ...(newer
      ? [{ name, lines: [`${version} → ${newer.version}, out since ${newer.since}: ${due(newer)}`] }]
      : []),
    ...(why ? [{ name, lines: [`stays at ${version}: ${why}`] }] : []),
  ])
  show(rows.length === 0 ? 'every dependency is the newest' : 'newer versions', rows)
  return !found.some(({ newer }) => newer?.overdue)
}

function due({ days, overdue }: Newer): string {
  return overdue ? `${days - patchDays} days over time` : `${patchDays - days} days left`
}

async function lookForHoles(): Promise<boolean> {
  const { vulnerabilities = {}, error, message } = (await npm('audit', '--omit=dev', '--json')) as Audit
  if (error ?? message) {
    show('holes: npm could not ask, so nobody knows', [
      { name: 'why', lines: [message ?? error?.summary ?? ''] },
      { name: 'next', lines: ['npm audit --omit=dev, where the registry answers it'] },
    ])
    return false
  }
  const rows = Object.entries(vulnerabilities).map(([name, { severity }]) => ({
    name,
    lines: [`${severity}: ${severe.has(severity) ? '7 days, or 24 hours where it is exploited' : '30 days'}`],
  }))
  show(rows.length === 0 ? 'no known hole' : 'known holes; npm audit --omit=dev tells more', rows)
  return rows.length === 0
}

function show(title: string, rows: Parameters<typeof listed>[0]): void {
  console.log([title, ...(rows.length === 0 ? [] : listed(rows)), ''].join('\n'))
}

/** What npm says as JSON; it exits with 1 where there is something to say, too. */
function npm(...args: string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile('npm', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (stdout.trim() === '' && error) reject(error)
      else resolve(JSON.parse(stdout.trim() || '{}'))
    })
  })
}
