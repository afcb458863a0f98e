import { randomBytes } from 'node:crypto'
import type { Call, CheckFailure, ResourceClass } from '../../../plugin/provider.ts'
import { hasUnknown, type Bag } from '../../../plugin/values.ts'
import { differences, type OnChange } from '../differences.ts'
import { textOf } from '../text.ts'
import type { Connection } from './connection.ts'
import { runOverSsh, type Ran } from './ssh.ts'

const inputs: Record<string, OnChange> = {
  connection: 'update',
  create: 'update',
  update: 'update',
  delete: 'update',
  stdin: 'update',
  environment: 'update',
  logging: 'update',
  addPreviousOutputInEnv: 'update',
  triggers: 'replace',
}

const loggings = ['stdout', 'stderr', 'stdoutAndStderr', 'none']

/** A command on another host, run when the resource is created, changed or deleted. */
export const remoteCommand: ResourceClass = {
  computed: ['stdout', 'stderr'],
  check(news) {
    return { inputs: news, failures: hasUnknown(news['connection']) ? [] : failuresOf(news) }
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

const failure = (property: string, reason: string): CheckFailure => ({ property, reason })

function failuresOf(news: Bag): CheckFailure[] {
  const connection = (news['connection'] ?? {}) as Bag
  const known = ['host', 'user', 'port', 'privateKey', 'hostKey', 'dialErrorLimit', 'perDialTimeout']
  return [
    ...Object.keys(news)
      .filter((property) => !(property in inputs))
      .map((property) => failure(property, `the lab's stand-in plugin doesn't know ${property}`)),
    ...Object.keys(connection)
      .filter((property) => !known.includes(property))
      .map((property) =>
        failure(`connection.${property}`, `the lab's stand-in plugin knows only ${known.join(', ')}`),
      ),
    ...(typeof connection['host'] === 'string'
      ? []
      : [failure('connection.host', 'must be a host to connect to')]),
    ...(news['logging'] === undefined || loggings.includes(textOf(news['logging']))
      ? []
      : [failure('logging', `must be one of ${loggings.join(', ')}`)]),
  ]
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
  const logging = textOf(inputsNow['logging'] ?? 'stdoutAndStderr')
  const ran = await runOverSsh(connection, {
    command,
    stdin: inputsNow['stdin'] as string | undefined,
    environment: {
      ...(inputsNow['addPreviousOutputInEnv'] === false ? {} : previousOutput(before)),
      ...(inputsNow['environment'] as Record<string, string> | undefined),
    },
    signal: call.signal,
    waiting: (why) => call.status(`waiting for ${connection.host}: ${why}`),
    said: (stream, line) =>
      logging === stream || logging === 'stdoutAndStderr' ? call.info(line) : Promise.resolve(),
  })
  if (ran.exitCode === 0) return { stdout: trimmed(ran.stdout), stderr: trimmed(ran.stderr) }
  if (call.signal.aborted) throw new Error(`the ${which} command on ${connection.host} was cancelled`)
  throw new Error(failed(which, connection.host, ran))
}

/** How a command sees what the one before it said; empty the first time. */
function previousOutput({ stdout, stderr }: Bag): Record<string, string> {
  return stdout === undefined
    ? {}
    : { PULUMI_COMMAND_STDOUT: textOf(stdout), PULUMI_COMMAND_STDERR: textOf(stderr) }
}

/** The command itself stays out of it: it may hold a secret. */
function failed(which: string, host: string, { exitCode, stdout, stderr }: Ran): string {
  const said = (trimmed(stderr) || trimmed(stdout)).split('\n').slice(-20).join('\n')
  return `the ${which} command on ${host} ended with exit status ${exitCode}${said ? `:\n${said}` : ', saying nothing'}`
}

const trimmed = (text: string) => text.replace(/\n$/, '')
