import { parseListeners, parseSystem, webPorts } from '../provision/facts/ground.ts'
import { OperatorError } from '../provision/errors.ts'
import { ground } from '../provision/steps/ground.ts'
import { nodeOnHost } from './runtime.ts'
import type { Ssh } from './ssh.ts'

/** More than a host's own clock may be off: certificates and signatures are good from a moment on. */
const clockMs = 10 * 60 * 1000
/** What Node, Caddy and Debian's packages take on a host that has none of them yet. */
const roomForAllMb = 600

const part = '-- part --'
const look = [
  'cat /etc/os-release',
  'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null',
  'df -Pm / | tail -n 1',
  'date +%s; stat -c %Y /var/lib/dpkg/status 2>/dev/null || echo 0',
  'cut -d: -f1,3 /etc/passwd',
  `[ -e ${nodeOnHost} ] || echo bare`,
].join(`; echo '${part}'; `)

/** What the step `ground` asks of a host, before the first thing is sent there: it needs the runtime itself. */
export async function lookAtGround(ssh: Ssh, nowMs = Date.now()): Promise<void> {
  const { code, stdout, stderr } = await ssh.run(look)
  if (code !== 0) throw new Error(`ground: could not look at the host: ${stderr.trim()}`)
  try {
    refuseGround(stdout, nowMs)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    throw new Error(`${error.message}\n  why   ${error.why}\n  next  ${error.fix}`, { cause: error })
  }
}

/** Refuses a host by what it says of itself: the parts of `look`, in their order. */
export function refuseGround(said: string, nowMs: number): void {
  const [release = '', tcp = '', disk = '', clock = '', users = '', bare = ''] = said.split(`${part}\n`)
  const [hostMs = 0, pastMs = 0] = clock.split('\n').map((seconds) => Number(seconds) * 1000)
  const names = new Map(
    users.split('\n').map((line) => [Number(line.split(':')[1]), line.split(':')[0] ?? '']),
  )
  const freeMb = Number(disk.split(/\s+/)[3])
  ground(bare.trim() === 'bare' ? roomForAllMb : undefined).plan({
    system: parseSystem(release),
    freeMb,
    nowMs: hostMs,
    pastMs,
    listeners: parseListeners(tcp)
      .filter(({ port }) => webPorts.includes(port))
      .map(({ port, uid }) => ({ port, user: names.get(uid) ?? `user ${uid}` })),
  })
  if (Math.abs(hostMs - nowMs) <= clockMs) return
  throw new OperatorError('ground: the clock is off', {
    why: `it is ${iso(hostMs)} for this host and ${iso(nowMs)} for this machine (UTC): certificates and signatures would be refused`,
    fix: 'set the one that is wrong: timedatectl set-ntp true, or date --set; nothing was changed on the host',
  })
}

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
