import { expect, test } from 'vitest'
import { OperatorError } from '../provision/errors.ts'
import { refuseGround } from './ground.ts'
import { reasonOfApt } from './runtime.ts'

const nowMs = Date.UTC(2026, 10, 30, 12)
const socket = (port: string, uid: number) =>
  `   0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000   ${uid}        0 1 1\n`
const good = {
  release: 'ID=debian\nVERSION_ID="13"\n',
  tcp: socket('0016', 0),
  disk: '/dev/vda1 9951 1200 8300 13% /\n',
  clock: `${nowMs / 1000 + 30}\n${nowMs / 1000 - 9000}\n`,
  users: 'root:0\nwww-data:33\ncaddy:997\n',
  bare: 'bare\n',
}

/** What somebody is told of a host that says this. */
function refusal(changes: Partial<typeof good>): string {
  try {
    refuseGround(Object.values({ ...good, ...changes }).join('-- part --\n'), nowMs)
    return ''
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    return `${error.message}: ${error.why}`
  }
}

test('a fresh Debian 13 is good ground, and so is one that is ours, however little is free there', () => {
  expect(refusal({})).toBe('')
  expect(refusal({ tcp: socket('01BB', 997), disk: '/dev/vda1 9951 9700 90 99% /\n', bare: '' })).toBe('')
})

test('before anything is sent, what would end halfway is refused by name', () => {
  expect(refusal({ release: 'ID=ubuntu\nVERSION_ID="24.04"\n' })).toMatch(
    /^ground: another system: .* ubuntu 24.04/,
  )
  expect(refusal({ tcp: socket('0050', 33) })).toMatch(
    /^ground: a port is taken: a service of www-data .* port 80/,
  )
  expect(refusal({ disk: '/dev/vda1 9951 9700 90 99% /\n' })).toMatch(
    /^ground: the disk is full: 90 MB are free and 600 are needed/,
  )
  expect(refusal({ clock: `${nowMs / 1000 - 3600}\n0\n` })).toBe(
    'ground: the clock is off: it is 2026-11-30 11:00 for this host and 2026-11-30 12:00 for this machine (UTC): certificates and signatures would be refused',
  )
})

test('of all that apt says, the first complaint is the reason', () => {
  expect(
    reasonOfApt(
      'W: GPG error: http://deb trixie InRelease: no key\nE: Unable to locate package libatomic1\n',
    ),
  ).toBe('W: GPG error: http://deb trixie InRelease: no key')
  expect(reasonOfApt('E: Unable to locate package libatomic1\n')).toBe(
    'E: Unable to locate package libatomic1',
  )
})
