import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Somebody with a login on hosts, as the settings say. */
export interface Operator {
  readonly name: string
  readonly keys: readonly string[]
}

const exec = promisify(execFile)

/** The operators whose login a key that is at hand here opens, in the order of the settings. */
export async function ownLogins(
  keyFile: string | undefined,
  operators: readonly Operator[],
): Promise<string[]> {
  const own = new Set((await (keyFile === undefined ? offered() : keyOf(keyFile))).map(bodyOf))
  return operators.filter(({ keys }) => keys.some((key) => own.has(bodyOf(key)))).map(({ name }) => name)
}

/** Public halves by the key's path: a plan asks three times. */
const opened = new Map<string, Promise<string | undefined>>()

async function keyOf(file: string): Promise<string[]> {
  // A key with a passphrase tells its public half only by the file beside it.
  const told = opened.get(file) ?? publicHalf(file)
  opened.set(file, told)
  const text = (await told) ?? (await readFile(`${file}.pub`, 'utf8').catch(() => ''))
  return [text]
}

function publicHalf(file: string): Promise<string | undefined> {
  return exec('ssh-keygen', ['-y', '-P', '', '-f', file]).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}

/** What ssh offers by itself: the agent's keys, and those in the user's own folder. */
async function offered(): Promise<string[]> {
  const folder = join(homedir(), '.ssh')
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^id_.*\.pub$/.test(name))
  const [agent, ...files] = await Promise.all([
    exec('ssh-add', ['-L']).then(
      ({ stdout }) => stdout,
      () => '',
    ),
    ...names.map((name) => readFile(join(folder, name), 'utf8')),
  ])
  return [...(agent ?? '').split('\n'), ...files].filter((key) => bodyOf(key) !== '')
}

/** Of `ssh-ed25519 AAAA… comment` the middle, which alone tells keys apart. */
const bodyOf = (key: string): string => key.trim().split(/\s+/)[1] ?? ''
