import { randomBytes } from 'node:crypto'
import type { Call, ResourceClass } from '../../../plugin/provider.ts'
import type { Bag } from '../../../plugin/values.ts'
import { differences, type OnChange } from '../differences.ts'
import { textOf } from '../text.ts'
import {
  checkCommand,
  commandInputs,
  failed,
  isLogged,
  previousOutput,
  withoutLastBreak,
} from './command-inputs.ts'
import { runProcess } from './run-process.ts'

const inputs: Record<string, OnChange> = { dir: 'update', interpreter: 'update', ...commandInputs }

const collecting = "the lab's stand-in collects no files: print what is needed, or read it in the program"
const refused = { assetPaths: collecting, archivePaths: collecting }

/** A command on this machine, run when the resource is created, changed or deleted. */
export const localCommand: ResourceClass = {
  computed: ['stdout', 'stderr'],
  recomputed: () => ['stdout', 'stderr'],
  check: (news) => ({ inputs: news, failures: checkCommand(news, inputs, refused) }),
  async diff(_id, olds, news) {
    return { changes: differences(inputs, olds.inputs, news) }
  },
  async create(news, call) {
    const id = `${call.name}${randomBytes(8).toString('hex')}`
    return { id, outputs: { ...news, ...(await run('create', news, {}, call)) } }
  },
  async read(_id, olds) {
    return Object.keys(olds.inputs).length === 0 ? undefined : olds
  },
  async update(_id, olds, news, call) {
    const which = news['update'] === undefined ? 'create' : 'update'
    return { ...news, ...(await run(which, news, olds.outputs, call)) }
  },
  async delete(_id, olds, call) {
    await run('delete', olds.inputs, olds.outputs, call)
  },
}

/** The function `local.run`: a command whose output a program needs while it runs, in previews too. */
export async function localRun(args: Bag): Promise<Bag> {
  const ran = await runHere(textOf(args['command']), args, {}, undefined)
  if (ran.exitCode !== 0) throw new Error(failed('the command', ran))
  return { ...args, stdout: withoutLastBreak(ran.stdout), stderr: withoutLastBreak(ran.stderr) }
}

async function run(
  which: 'create' | 'update' | 'delete',
  inputsNow: Bag,
  before: Bag,
  call: Call,
): Promise<{ stdout: string; stderr: string }> {
  const command = inputsNow[which]
  if (typeof command !== 'string')
    return { stdout: textOf(before['stdout']), stderr: textOf(before['stderr']) }
  const ran = await runHere(command, inputsNow, before, call)
  if (ran.exitCode === 0)
    return { stdout: withoutLastBreak(ran.stdout), stderr: withoutLastBreak(ran.stderr) }
  throw new Error(failed(`the ${which} command`, ran))
}

async function runHere(command: string, inputsNow: Bag, before: Bag, call: Call | undefined) {
  const { interpreter, dir, stdin, environment, logging } = inputsNow
  const [program = '/bin/sh', ...args] = (interpreter as string[] | undefined) ?? ['/bin/sh', '-c']
  return runProcess(program, [...args, command], {
    cwd: dir as string | undefined,
    stdin: stdin as string | undefined,
    environment: {
      ...(environment as Record<string, string> | undefined),
      ...previousOutput(inputsNow, before),
    },
    signal: call?.signal,
    said: async (stream, line) => {
      if (isLogged(stream, logging)) await call?.info(line)
    },
  })
}
