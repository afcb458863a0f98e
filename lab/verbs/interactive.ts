import { spawn } from 'node:child_process'

/** Runs a command with this terminal as its own; resolves to its exit code. */
export function interactive(
  command: string,
  args: string[],
  env = process.env,
  cwd = process.cwd(),
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env, cwd })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
