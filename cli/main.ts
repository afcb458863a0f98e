import { parseArgs } from 'node:util'
import type { StackWish } from './stack-wish.ts'

const usage = `shoestring VERB

  start                          bring up everything in a cloud on this machine
  drift [--stack NAME] [--json]  what was changed by hand on the host, with --diff
        [--diff]                 line by line: exit code 0 nothing, 2 drift,
                                 1 could not look
  audit [--stack NAME] [--json]  what is open, who can log in, what is left to
                                 harden, on one page

  The stack is the lab's, unless another is named.
`

// Loaded only where it is needed: the parts that one verb needs cost every other a quarter of a second.
const verbs: Record<string, (wish: StackWish) => Promise<number>> = {
  start: async () => (await import('./start.ts')).start(),
  drift: async (wish) => (await import('./drift.ts')).drift(wish),
  audit: async (wish) => (await import('./audit/audit.ts')).audit(wish),
}

function wishOf(args: string[]): StackWish | undefined {
  try {
    const options = {
      stack: { type: 'string' },
      json: { type: 'boolean' },
      diff: { type: 'boolean' },
    } as const
    return parseArgs({ args, options }).values
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n`)
    return undefined
  }
}

const [name = '', ...args] = process.argv.slice(2)
const verb = verbs[name]
const wish = verb && wishOf(args)
if (verb && wish) {
  process.exitCode = await verb(wish)
} else {
  process.stderr.write(usage)
  // 2 would mean that a host has drifted.
  process.exitCode = verb ? 1 : 2
}
