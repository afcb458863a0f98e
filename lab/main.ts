import { existsSync } from 'node:fs'
import { down, reset, up } from './lab.ts'
import { OperatorError } from '../provision/errors.ts'
import { labPaths, type LabPaths } from './paths.ts'
import { labEnvironment } from './environment.ts'
import { readStatus, type LabStatus } from './status.ts'
import { describe, toText } from './describe.ts'
import { progress } from './toolchain/progress.mjs'
import { clock } from './verbs/clock.ts'
import { faults } from './verbs/faults.ts'
import { interactive } from './verbs/interactive.ts'
import { log } from './verbs/log.ts'
import { ssh } from './verbs/ssh.ts'

const usage = `npm run lab -- VERB

  up                 start the cloud on this machine
  status [--json]    what runs, and where
  ssh NAME [CMD …]   a shell on a host
  admin EMAIL        make an admin of the app; prints where to go on
  mail               where the mail that the app sends can be read
  pulumi ARGS …      Pulumi on the lab's stack, as in: pulumi preview
  faults …           what the API gets wrong on demand: faults help
  clock [+2h]        what time the API has, and moving it
  log [-f]           what the API was asked and answered
  down               end everything of the lab; disks and account stay
  reset              end it and forget all it had
`

type Verb = (paths: LabPaths, args: string[]) => Promise<number>

const verbs: Record<string, Verb> = {
  async up(paths) {
    const { status, started } = await up(paths)
    console.error(started ? 'the lab is up' : 'the lab is up already')
    process.stdout.write(toText(await describe(paths, status)))
    return 0
  },

  async status(paths, args) {
    const status = await running(paths)
    const description = await describe(paths, status)
    process.stdout.write(
      args.includes('--json') ? `${JSON.stringify(description, null, 2)}\n` : toText(description),
    )
    return 0
  },

  async ssh(paths, args) {
    await running(paths)
    return ssh(paths, args)
  },

  async admin(paths, [email = '']) {
    await running(paths)
    return ssh(paths, ['web', 'accounts', 'admin', 'add', email])
  },

  async mail(paths) {
    console.log((await running(paths)).mail)
    return 0
  },

  async pulumi(paths, args) {
    const status = await running(paths)
    // Loaded only where it is needed: the Automation API takes half a second.
    if (!existsSync(paths.stackSettings)) await (await import('./stack.ts')).openStack(paths, status)
    const env = { ...process.env, ...(await labEnvironment(paths, status)) }
    return interactive('pulumi', args, env, paths.project)
  },

  faults: (paths, args) => faults(() => running(paths), args),
  clock: (paths, args) => clock(() => running(paths), args),
  log: (paths, args) => log(() => running(paths), args),

  async down(paths) {
    const { left } = await down(paths)
    if (left.length === 0) {
      console.error('the lab is down: nothing of it runs on this machine; npm start brings it back as it was')
      return 0
    }
    console.error(`still on this machine:\n${left.map((line) => `  ${line}`).join('\n')}`)
    return 1
  },

  async reset(paths) {
    await reset(paths)
    console.error('the lab is gone with all it had')
    return 0
  },
}

async function running(paths: LabPaths): Promise<LabStatus> {
  const status = await readStatus(paths)
  if (status) return status
  throw new OperatorError('the lab is not running', {
    why: existsSync(paths.cloud) ? 'it was ended; what it had is kept' : 'it was never started in this clone',
    fix: 'npm start',
  })
}

if (import.meta.main) {
  const [name = '', ...args] = process.argv.slice(2)
  const verb = verbs[name]
  if (!verb) {
    process.stderr.write(usage)
    process.exit(name === '' || name === 'help' ? 0 : 2)
  }
  try {
    process.exitCode = await verb(labPaths(), args)
  } catch (error) {
    progress().fail(error, 'lab')
    process.exitCode = 1
  }
}
