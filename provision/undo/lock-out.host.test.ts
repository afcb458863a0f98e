import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { evesKey } from '../on-test-host.ts'
import { appended, nobody, sshdPath, test, tryOut, type Bad } from './on-hardened-host.ts'
import { undoUnit } from './undo-script.ts'

const limitsPath = '/etc/security/limits.d/99-shoestring.conf'
const profilePath = '/etc/profile.d/00-shoestring.sh'
// What an MTU that is too large for the way does: small packets arrive, and no handshake ever ends.
const blackHole = 'iptables -I OUTPUT -p tcp --sport 22 -m length --length 600:65535 -j DROP'

const cases: [string, Bad, RegExp][] = [
  [
    'ssh allowed only from elsewhere',
    { settings: { sshFrom: ['192.0.2.0/24'] }, file: (files) => files },
    /undone firewall: allow in proto tcp from 192/,
  ],
  [
    "the operator's key replaced",
    { settings: { operators: [{ name: 'ada', keys: [evesKey] }] }, file: (files) => files },
    /undone operators: let ada in with key eve@cafe/,
  ],
  ['only another group allowed', { file: nobody }, /undone sshd: update /],
  [
    'sshd listens elsewhere',
    { file: appended('ListenAddress 192.0.2.99:22') },
    /undone sshd: update .*; sshd: reload ssh/,
  ],
  ['the port moved past the firewall', { file: appended('Port 2222') }, /undone sshd: update /],
  ['a command forced on everybody', { file: appended('ForceCommand /bin/false') }, /undone sshd: update /],
  [
    'default deny, and no rule for ssh',
    { byHand: 'ufw show added | sed -n "/port 22/s/ufw /ufw delete /p" | sh; ufw default deny incoming' },
    /undone sshd: update /,
  ],
  [
    'everything dropped in the kernel',
    { byHand: 'iptables -P INPUT DROP; iptables -F' },
    /undone sshd: update /,
  ],
  ['a shell that ends at once', { byHand: 'usermod --shell /usr/sbin/nologin ada' }, /undone sshd: update /],
  ['an account that has ended', { byHand: 'usermod --expiredate 1 ada' }, /undone sshd: update /],
  [
    'an operator without sudo',
    {
      file: (files) => ({ ...files, '/etc/sudoers.d/shoestring': '# Nobody.\n' }),
      settings: { keepLogins: [] },
    },
    /undone operators: update \/etc\/sudoers.d\/shoestring.*shut out root/,
  ],
  [
    'sudo taken by another rule',
    { byHand: "echo 'ada ALL=(ALL) !ALL' > /etc/sudoers.d/zz" },
    /undone sshd: update /,
  ],
  [
    "a tunnel over the operator's own network",
    {
      settings: { wireguard: { address: '198.51.100.254/24', port: 51_820, peers: [] } },
      file: (files) => files,
    },
    /undone wireguard: make a key for the host; .*; wireguard: start shoestring-wireguard/,
  ],
  [
    'limits that let nobody log in',
    { file: (files) => ({ ...files, [limitsPath]: '* - maxlogins 0\n' }) },
    /undone accounts: update /,
  ],
  [
    'a shell that ends before its first command',
    { file: (files) => ({ ...files, [profilePath]: 'exit\n' }) },
    /undone shells: update /,
  ],
  ['an MTU too large for the way', { byHand: blackHole }, /undone sshd: update /],
  ["the operator's folder open to all", { byHand: 'chmod 777 /home/ada' }, /undone sshd: update /],
]

test.for(cases)(
  '%s: undone, and the error says what',
  { timeout: 300_000 },
  async ([, bad, says], { lab, web: site }) => {
    const web = await site.on(lab)
    const { error, code, seconds, left } = await tryOut(web, bad)
    console.log(`${seconds.toFixed(1)} s: ${error}`)
    // An sshd that dies of its reload is seen by the reload or by the look after it, whichever comes first.
    expect(error).toMatch(
      /^(way in: could not confirm it by a new connection|sshd: could not reload ssh|sshd\n {2}why .*(start ssh|has just died))\n {2}/,
    )
    expect(error).toMatch(says)
    expect(code).toBe(0)
    expect(left).toBe('')
    expect((await web.host.$('cat /etc/sudoers.d/zz')).stdout).toBe('')
  },
)

test(
  'a file that sshd refuses does not replace the old one',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const { error, code, left } = await tryOut(web, { file: appended('PermitRootLgoin no') })
    expect(error).toMatch(
      /^sshd: could not update [^]*Bad configuration option: PermitRootLgoin[^]*undone sshd: update/,
    )
    expect([code, left]).toEqual([0, ''])
  },
)

test(
  'changes that take longer than the timer waits are undone to the last one, also those after it',
  { timeout: 120_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const before = await web.host.$('ufw status verbose')
    const elsewhere = Array.from({ length: 250 }, (_, at) => `192.0.2.${at}`)
    const settings = { sshFrom: [lab.slot.subnet, ...elsewhere] }
    const { error, code, left } = await tryOut(web, { settings, file: (files) => files })
    expect(error).toMatch(/^firewall: could not allow in proto tcp from 192.*\n {2}why .*took most of 8 s/)
    expect(error).toMatch(/undone firewall: allow in proto tcp from 192/)
    expect([code, left]).toEqual([0, ''])
    expect(await web.host.$('ufw status verbose')).toEqual(before)
  },
)

test(
  'a change that holds is confirmed once, and nothing is left of the proof',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const { error, left } = await tryOut(web, { file: appended('# Held.') })
    expect([error, left]).toEqual([undefined, ''])
    await sleep(9000)
    expect((await web.host.$(`tail -1 ${sshdPath}`)).stdout).toBe('# Held.\n')
    expect((await tryOut(web, { file: (files) => files })).error).toBeUndefined()
  },
)

test(
  'a timer that an earlier run has left is stopped before ours is armed',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    await web.host.$(`systemd-run --quiet --unit=${undoUnit} --on-active=300`)
    const { error, left } = await tryOut(web, { file: appended('# Held.') })
    expect([error, left]).toEqual([undefined, ''])
    expect((await tryOut(web, { file: (files) => files })).error).toBeUndefined()
  },
)
