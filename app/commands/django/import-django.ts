import type { Db } from '../../database/connect.ts'
import { sortOut, type Remark, type SortedOut } from './sort-out.ts'
import { storeComers } from './store.ts'
import { readDjangoUsers, type Found } from './users.ts'

/** Takes over the users of the playbook's template; answers what to tell of it. Once more does nothing more. */
export async function importDjango(
  db: Db,
  source: string,
  { dryRun, env }: { dryRun: boolean; env: NodeJS.ProcessEnv },
): Promise<string> {
  const found = await readDjangoUsers(source, env)
  const sorted = sortOut(found.users)
  const made = await storeComers(db, sorted.comers, { dryRun })
  return report(found, sorted, made, dryRun)
}

function report(
  { users, openResets }: Found,
  { comers, leftOut, remarks }: SortedOut,
  made: Set<number>,
  dryRun: boolean,
): string {
  const came = comers.filter(({ number }) => made.has(number))
  const disabled = came.filter(({ status }) => status === 'disabled').length
  return [
    dryRun ? 'A dry run: nothing was changed\n\n' : '',
    count('users in Django', users.length),
    count(dryRun ? 'would come along' : 'came along', came.length),
    count('  with their password', came.filter(({ password }) => password).length),
    count('  without one', came.filter(({ password }) => !password).length),
    count('  disabled', disabled),
    count('had an account already', comers.length - came.length),
    count('left out', leftOut.length),
    count('links for a new password', openResets, openResets > 0 ? '  end with the move' : ''),
    lines('left out', leftOut),
    lines(
      'to know',
      remarks.filter(({ number }) => made.has(number)),
    ),
    '\n  People sign in by address here, not by user name.\n',
  ].join('')
}

function count(title: string, number: number, more = ''): string {
  return `  ${title.padEnd(28)}${String(number).padStart(7)}${more}\n`
}

function lines(title: string, remarks: Remark[]): string {
  if (remarks.length === 0) return ''
  return `\n${title}\n${remarks.map(({ number, who, says }) => `  ${number} ${plain(who)}: ${says}\n`).join('')}`
}

/** What people typed can not write on the terminal but as text. */
const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
