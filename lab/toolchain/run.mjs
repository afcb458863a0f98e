import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Everything a setup's tools print, in one file.
 * @param {string} file
 */
export function openLog(file) {
  /** @type {import('node:fs').WriteStream | undefined} */
  let stream
  return {
    file,
    get used() {
      return stream !== undefined
    },
    /** @param {string} text */
    write(text) {
      if (!stream) {
        mkdirSync(dirname(file), { recursive: true })
        stream = createWriteStream(file)
        // A full disk must fail the step that filled it, not its log.
        stream.on('error', () => {})
      }
      stream.write(text)
    },
  }
}

/** @typedef {ReturnType<typeof openLog>} Log */

/** A tool that ended badly, with the last it said. */
export class ToolFailed extends Error {
  /**
   * @param {string} command
   * @param {string} end
   * @param {string[]} lastLines
   */
  constructor(command, end, lastLines) {
    super(lastLines.length > 0 ? `${lastLines.join('\n')}\n(${command}: ${end})` : `${command}: ${end}`)
    this.name = 'ToolFailed'
  }
}

const killed = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []

const ties = {
  /** It ends in its own time. */
  none: [],
  /** It is killed with us; what it has started may end later. */
  alone: killed,
  /** Namespaces of its own end with it: all its processes and mounts. Needs root. */
  whole: [...killed, 'unshare', '--mount-proc', '--pid', '--fork', '--kill-child', '--'],
}

/**
 * Runs a tool to its end and answers its standard output. All it prints goes to the log, its last line to `say`.
 * `tie` says what becomes of it when we are killed; `tells`, which lines may tell why it failed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ log?: Log, say?: (line: string) => void, cwd?: string, env?: NodeJS.ProcessEnv, tie?: keyof typeof ties, tells?: (line: string) => boolean }} [how]
 * @returns {Promise<string>}
 */
export async function run(
  command,
  args,
  { log, say, cwd, env = process.env, tie = 'alone', tells = () => true } = {},
) {
  log?.write(`\n$ ${[command, ...args].join(' ')}\n`)
  const [program = command, ...rest] = [...ties[tie], command, ...args]
  const child = spawn(program, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  /** @type {string[]} */
  const last = []
  /** @param {string} line */
  const hear = (line) => {
    if (line.trim() === '') return
    say?.(line.trim())
    if (!tells(line)) return
    last.push(line.trimEnd())
    if (last.length > 6) last.shift()
  }
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
    log?.write(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text) => log?.write(text))
  createInterface({ input: child.stdout }).on('line', hear)
  createInterface({ input: child.stderr }).on('line', hear)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout)
      else reject(new ToolFailed(command, signal ? `ended by ${signal}` : `exit code ${code}`, last))
    })
  })
}
