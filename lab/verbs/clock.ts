import { OperatorError } from '../../provision/errors.ts'
import type { LabStatus } from '../status.ts'
import { askLab } from './ask-lab.ts'

export const clockUsage = `npm run lab -- clock [+2h | -30m | 2026-12-01T08:00:00Z | reset]

  What time the lab's API has: its timestamps, rate limits and monitoring.
  Hosts, DNS and certificates keep this machine's time.
`

const seconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `clock`: what time the lab's API has; moved by a step, to a time, or back. */
export async function clock(status: () => Promise<LabStatus>, [to]: string[]): Promise<number> {
  if (to === 'help' || to === '--help') {
    process.stdout.write(clockUsage)
    return 0
  }
  const move = to === undefined ? undefined : clockMove(to)
  const answer = await askLab(await status(), move ? 'POST' : 'GET', '/clock', move)
  const { clock: time } = (await answer.json()) as { clock: { now: string; aheadSeconds: number } }
  const ahead = Math.round(time.aheadSeconds)
  const apart = ahead === 0 ? "this machine's time" : `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead' : 'behind'}`
  console.log(`  ${time.now}  ${apart}`)
  return 0
}

/** A person's words for a move of the clock, as the lab takes them. */
export function clockMove(to: string): { reset: true } | { advanceSeconds: number } | { at: string } {
  if (to === 'reset') return { reset: true }
  const step = /^([+-]\d+(?:\.\d+)?)([smhd])$/.exec(to)
  if (step) return { advanceSeconds: Number(step[1]) * (seconds[step[2] ?? ''] ?? 1) }
  const time = new Date(to)
  if (/^\d{4}-\d\d-\d\d/.test(to) && !Number.isNaN(time.getTime())) return { at: time.toISOString() }
  throw new OperatorError('the clock cannot be moved like that', {
    why: `got "${to}"; it takes a step (+90s, +2h, -1d), a time (2026-12-01T08:00:00Z), or reset`,
    fix: 'npm run lab -- clock +2h',
  })
}
