import { expect, test } from 'vitest'
import { parseListeners, parseSystem } from '../facts/ground.ts'
import { summariesOf } from '../testing.ts'
import { ground } from './ground.ts'

const step = ground()
const good = {
  system: 'debian 13',
  freeMb: 5000,
  nowMs: 1_800_000_000_000,
  pastMs: 1_790_000_000_000,
  listeners: [],
}

/** Why a host like this is refused. */
function refusal(changes: Partial<typeof step.bare>): string {
  try {
    return summariesOf(step, { ...good, ...changes }).join()
  } catch (error) {
    return (error as { why: string }).why
  }
}

test('a fresh Debian 13, and one where our own web server listens, is good ground', () => {
  expect(summariesOf(step, step.bare)).toEqual([])
  expect(refusal({ listeners: [{ port: 443, user: 'caddy' }] })).toBe('')
})

test('another system, a port that is taken, a full disk and a clock that is off are refused in one sentence', () => {
  expect(refusal({ system: 'ubuntu 24.04' })).toBe(
    'this host runs ubuntu 24.04; everything here is made for Debian 13',
  )
  expect(refusal({ listeners: [{ port: 80, user: 'root' }] })).toBe(
    'a service of root that is not ours listens on port 80, which the web server needs',
  )
  expect(refusal({ freeMb: 3 })).toMatch(/^3 MB are free and 64 are needed/)
  expect(refusal({ nowMs: 0 })).toBe(
    'it is 1970-01-01 00:00 for this host, but packages were installed on it at 2026-09-21 14:13: certificates and signatures would be refused',
  )
})

test("reads os-release and the kernel's table of sockets", () => {
  expect(parseSystem('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="13"\n')).toBe('debian 13')
  expect(
    parseListeners(
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
        '   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000   997        0 1 1\n' +
        '   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n',
    ),
  ).toEqual([{ port: 80, uid: 997 }])
})
