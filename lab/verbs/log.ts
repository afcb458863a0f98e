import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorError } from '../../provision/errors.ts'
import type { LabStatus } from '../status.ts'
import { askLab } from './ask-lab.ts'

interface Entry {
  number: number
  at: string
  method?: string
  path?: string
  query?: string
  status?: number
  ms?: number
  fault?: number
  answer?: string
  lag?: boolean
  response?: { message?: string }
  error?: string
  why?: string
}

const lookMs = 300

/** `log`: what the lab's API was asked and what it answered, a line each; `-f` goes on, `--json` says all. */
export async function log(status: () => Promise<LabStatus>, args: string[]): Promise<number> {
  const unknown = args.find((arg) => !['-f', '--json'].includes(arg))
  if (unknown !== undefined)
    throw new OperatorError(`log does not take ${unknown}`, {
      why: '-f goes on until ctrl-c, --json prints whole entries',
      fix: 'npm run lab -- log -f',
    })
  const lab = await status()
  for (let since = 0; ; await sleep(lookMs)) {
    const text = await (await askLab(lab, 'GET', `/requests?since=${since}`)).text()
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const entry = JSON.parse(line) as Entry
      since = entry.number
      process.stdout.write(`${args.includes('--json') ? line : entryLine(entry)}\n`)
    }
    if (!args.includes('-f')) return 0
  }
}

/** An entry for people: when, what, how it went. */
export function entryLine({
  at,
  method,
  path,
  query,
  status,
  ms,
  fault,
  answer,
  lag,
  response,
  error,
  why,
}: Entry) {
  const time = at.slice(11, 19)
  if (error !== undefined) return `${time}  ✗ ${error}: ${why?.split('\n')[0] ?? ''}`
  const call = `${method} ${path}${query === undefined ? '' : `?${query}`}`
  const because = fault === undefined ? (lag ? ' (lag)' : '') : ` (fault ${fault})`
  const words = status !== undefined && status >= 400 ? `  ${response?.message ?? ''}` : ''
  const took = ms === undefined ? '' : `  ${ms} ms`
  return `${time}  ${status ?? answer}${because}  ${call}${took}${words}`.trimEnd()
}
