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
import { checkConnection, type Connection } from './connection.ts'
import { runOverSsh } from './ssh.ts'

const inputs: Record<string, OnChange> = { connection: 'update', ...commandInputs }

/** A command on another host, run when the resource is created, changed or deleted. */
export const remoteCommand: ResourceClass = {
  computed: ['stdout', 'stderr'],
  secret: ['connection'],
  // What a command will say is known when it has run.
  recomputed: () => ['stdout', 'stderr'],
  check(news) {
    return { inputs: news, failures: [...checkCommand(news, inputs), ...checkConnection(news['connection'])] }
  },
  async diff(_id, olds, news) {
    return { changes: differences(inputs, olds.inputs, news) }
  },
  async create(news, call) {
    const id = `${call.name}${randomBytes(8).toString('hex')}`
    return { id, outputs: { ...news, ...(await run('create', news, {}, call)) } }
  },
  // What it did is done: nothing of it can be read back.
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

async function run(
  which: 'create' | 'update' | 'delete',
  inputsNow: Bag,
  before: Bag,
  call: Call,
): Promise<{ stdout: string; stderr: string }> {
  const command = inputsNow[which]
  // Without a command there is nothing to do, and what the last one said still holds.
  if (typeof command !== 'string')
    return { stdout: textOf(before['stdout']), stderr: textOf(before['stderr']) }
  const connection = inputsNow['connection'] as Connection
  const ran = await runOverSsh(connection, {
    command,
    stdin: inputsNow['stdin'] as string | undefined,
    environment: {
      ...(inputsNow['environment'] as Record<string, string> | undefined),
      ...previousOutput(inputsNow, before),
    },
    signal: call.signal,
    waiting: (why) => call.status(`waiting for ${connection.host}: ${why}`),
    said: (stream, line) => (isLogged(stream, inputsNow['logging']) ? call.info(line) : Promise.resolve()),
  })
  if (ran.exitCode === 0)
    return { stdout: withoutLastBreak(ran.stdout), stderr: withoutLastBreak(ran.stderr) }
  if (call.signal.aborted) throw new Error(`the ${which} command on ${connection.host} was cancelled`)
  throw new Error(failed(`the ${which} command on ${connection.host}`, ran))
}
