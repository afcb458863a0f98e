import { evesKey } from '../on-test-host.ts'
import { appended, nobody, type Bad } from './try-out.ts'

const limitsPath = '/etc/security/limits.d/99-shoestring.conf'
const profilePath = '/etc/profile.d/00-shoestring.sh'
// What an MTU that is too large for the way does: small packets arrive, and no handshake ever ends.
const blackHole = 'iptables -I OUTPUT -p tcp --sport 22 -m length --length 600:65535 -j DROP'

/** A bad change by name, and what its error says of the undoing. */
export type BadChange = [string, Bad, RegExp]

/** Ways to shut oneself out of a host, each of which the undo survives. */
export const badChanges: BadChange[] = [
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

/** How an error begins that comes of one of them: an sshd that dies of its reload is seen by the reload or by the look after it, whichever comes first. */
export const shutOut =
  /^(way in: could not confirm it by a new connection|sshd: could not reload ssh|sshd\n {2}why .*(start ssh|has just died))\n {2}/
