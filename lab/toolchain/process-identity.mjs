import { readFileSync } from 'node:fs'

/**
 * Names a process for good: its id alone is given to another one some day, its id and start time never.
 * @param {number} [pid]
 */
export function processIdentity(pid = process.pid) {
  return `${pid}-${startOf(pid)?.time ?? 0}`
}

/**
 * Whether the process of that name still runs.
 * @param {string} identity
 */
export function isAlive(identity) {
  const [pid = NaN, time] = identity.split('-').map(Number)
  if (!Number.isInteger(pid) || pid <= 0) return false
  const start = startOf(pid)
  if (start) return start.state !== 'Z' && start.time === time
  if (process.platform === 'linux') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * @param {number} pid
 * @returns {{ state: string, time: number } | undefined}
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is a name in parentheses and may hold blanks; state is the 3rd, start time the 22nd (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', time: Number(fields[19]) }
  } catch {
    return undefined
  }
}
