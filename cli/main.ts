import { start } from './start.ts'

const usage = `shoestring VERB

  start    bring up everything in a cloud on this machine
`

const verbs: Record<string, () => Promise<number>> = { start: () => start() }

const verb = verbs[process.argv[2] ?? '']
if (verb) {
  process.exitCode = await verb()
} else {
  process.stderr.write(usage)
  process.exitCode = 2
}
