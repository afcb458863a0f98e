import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** The file that all labs of a test run share, named by the environment of the run. */
export const heldRunFile = process.env['SHOESTRING_DESCRIPTION']

type Line = { mismatch: string } | { answers: number }

/** Notes what of one lab's answers was held to the official description. */
export function noteHeld(file: string, line: Line): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

/** What all labs of a run noted: a lab that was killed says how many answers it gave no more, but every one that differed. */
export function readHeldRun(file: string): { answers: number; mismatches: string[] } {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : []
  const held = { answers: 0, mismatches: [] as string[] }
  for (const line of lines.map((text) => JSON.parse(text) as Line)) {
    if ('mismatch' in line) held.mismatches.push(line.mismatch)
    else held.answers += line.answers
  }
  return held
}
