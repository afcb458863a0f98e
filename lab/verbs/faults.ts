import type { Fault } from '../digitalocean/admin/faults.ts'
import { OperatorError } from '../../provision/errors.ts'
import type { LabStatus } from '../status.ts'
import { askLab } from './ask-lab.ts'
import { faultUsage, faultWish } from './fault-wish.ts'

/** `faults`: what the lab's API gets wrong on demand, listed, added and taken away. */
export async function faults(
  status: () => Promise<LabStatus>,
  [verb = 'list', ...args]: string[],
): Promise<number> {
  switch (verb) {
    case 'help':
    case '--help':
      process.stdout.write(faultUsage)
      return 0
    case 'list':
      process.stdout.write(faultLines(await listed(await status())))
      return 0
    case 'add': {
      const wish = faultWish(args)
      const answer = await askLab(await status(), 'POST', '/faults', wish)
      process.stdout.write(faultLines([((await answer.json()) as { fault: Fault }).fault]))
      return 0
    }
    case 'clear': {
      const [id] = args
      await askLab(await status(), 'DELETE', id === undefined ? '/faults' : `/faults/${id}`)
      console.error(id === undefined ? 'the lab has no faults any more' : `fault ${id} is gone`)
      return 0
    }
    default:
      throw new OperatorError(`there is no "faults ${verb}"`, {
        why: 'faults are listed, added and cleared: list, add, clear',
        fix: 'npm run lab -- faults help',
      })
  }
}

async function listed(status: LabStatus): Promise<Fault[]> {
  const answer = await askLab(status, 'GET', '/faults')
  return ((await answer.json()) as { faults: Fault[] }).faults
}

/** Faults for people: number, where, what, how often and how often so far. */
export function faultLines(all: Fault[]): string {
  if (all.length === 0) return '  no faults: the API answers as well as it can\n'
  const rows = all.map((fault) => [String(fault.id), place(fault), effect(fault), course(fault)])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

const place = ({ method, path }: Fault) => `${method ?? '*'} ${path ?? '**'}`

function effect({ kind, status, when, retryAfterSeconds }: Fault): string {
  const what = { status: String(status), cut: 'cut off', hang: 'no answer', done: '"done"' }[kind]
  const later = retryAfterSeconds === undefined ? '' : `, retry after ${retryAfterSeconds} s`
  return `${what}${when === 'after' ? ' after the change' : ''}${later}`
}

function course({ times, skip, probability, hits, calls }: Fault): string {
  const often = times === null ? 'always' : times === 1 ? 'once' : `${times} times`
  const chance = probability === undefined ? '' : `, chance ${probability}`
  const first = skip === 0 ? '' : `, after ${skip} calls`
  const over = times !== null && hits >= times
  return `${often}${chance}${first}: ${over ? 'over, ' : ''}hit ${hits} of ${calls}`
}
