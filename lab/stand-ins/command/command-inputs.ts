import type { CheckFailure } from '../../../plugin/provider.ts'
import type { Bag } from '../../../plugin/values.ts'
import type { OnChange } from '../differences.ts'
import { textOf } from '../text.ts'

/** What commands here and elsewhere have in common. */
export const commandInputs: Record<string, OnChange> = {
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

/** Inputs that are none, and a logging that is none. */
export function checkCommand(
  news: Bag,
  inputs: object,
  refused: Record<string, string> = {},
): CheckFailure[] {
  const strange = Object.keys(news).filter((property) => !(property in inputs))
  const { logging } = news
  return [
    ...strange.map((property) => ({
      property,
      reason: refused[property] ?? `the lab's stand-in plugin doesn't know ${property}`,
    })),
    ...(logging === undefined || loggings.includes(textOf(logging))
      ? []
      : [{ property: 'logging', reason: `must be one of ${loggings.join(', ')}` }]),
  ]
}

/** Whether lines of that stream are told to whoever watches. */
export function isLogged(stream: 'stdout' | 'stderr', logging: unknown): boolean {
  return logging === undefined || logging === 'stdoutAndStderr' || logging === stream
}

/** How a command sees what the one before it said, if that was anything. */
export function previousOutput(inputs: Bag, before: Bag): Record<string, string> {
  if (inputs['addPreviousOutputInEnv'] === false) return {}
  const said = {
    PULUMI_COMMAND_STDOUT: textOf(before['stdout']),
    PULUMI_COMMAND_STDERR: textOf(before['stderr']),
  }
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text !== ''))
}

export const withoutLastBreak = (text: string) => text.replace(/\n$/, '')

/** The command itself stays out of it, unlike in the official plugin: it may hold a secret. */
export function failed(
  what: string,
  { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
) {
  const said = (withoutLastBreak(stderr) || withoutLastBreak(stdout)).split('\n').slice(-20).join('\n')
  return `${what} ended with exit status ${exitCode}${said ? `:\n${said}` : ', saying nothing'}`
}
