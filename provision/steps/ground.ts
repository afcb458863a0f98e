import { OperatorError } from '../errors.ts'
import { readGround, type Ground } from '../facts/ground.ts'
import type { Host } from '../host.ts'
import type { Step } from '../step.ts'

const dayMs = 24 * 60 * 60 * 1000
// Less than this, and a file that is written anew may not fit any more.
const leastFreeMb = 64

/** What must be so before anything is changed; changes nothing itself, and stops a run that would end halfway. */
export function ground(neededMb = leastFreeMb): Step<Ground> {
  return {
    name: 'ground',
    bare: { system: 'debian 13', freeMb: 8000, nowMs: 0, pastMs: 0, listeners: [] },
    observe: (host: Host) => readGround(host),
    plan({ system, freeMb, nowMs, pastMs, listeners }) {
      if (system !== 'debian 13') {
        throw new OperatorError('ground: another system', {
          why: `this host runs ${system || 'a system that does not say its name'}; everything here is made for Debian 13`,
          fix: 'make the droplet from the image debian-13-x64; nothing was changed on this one',
        })
      }
      if (nowMs < pastMs - dayMs) {
        throw new OperatorError('ground: the clock is off', {
          why: `it is ${iso(nowMs)} for this host, but packages were installed on it at ${iso(pastMs)}: certificates and signatures would be refused`,
          fix: 'set it on the host: timedatectl set-ntp true, or date --set',
        })
      }
      const foreign = listeners.find(({ user }) => user !== 'caddy')
      if (foreign) {
        throw new OperatorError('ground: a port is taken', {
          why: `a service of ${foreign.user} that is not ours listens on port ${foreign.port}, which the web server needs`,
          fix: `see which one on the host: ss -ltnp sport = :${foreign.port}; then stop and disable it`,
        })
      }
      if (freeMb < neededMb) {
        throw new OperatorError('ground: the disk is full', {
          why: `${freeMb} MB are free and ${neededMb} are needed: files are only replaced where the new one fits beside the old one`,
          fix: makeRoom,
        })
      }
      return []
    },
  }
}

/** What to do about a full disk. */
export const makeRoom =
  'make room on the host: journalctl --vacuum-size=50M, apt-get clean, du -xh / | sort -h | tail'

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
