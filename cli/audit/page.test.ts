import { expect, test } from 'vitest'
import { reasonsFor } from './audit.ts'
import { parseHostFacts } from './host-facts.ts'
import type { Audit } from './look.ts'
import { parseReport } from './lynis.ts'
import { pageOf } from './page.ts'
import { parseAnswer } from './ssh-audit.ts'

const said = `## listening
tcp 0.0.0.0:22
tcp 127.0.0.1:2019
udp *:443
tcp [::]:22
## sandbox
caddy.service 1.5
app@cf0778a51a92.service 1.3
## updates
Inst libssl3 [3.5.1] (3.5.2 Debian-Security:13/stable-security [amd64])
Inst tzdata [1] (2 Debian:13.7/stable [all])
## lists
1764000000
1764007200
## disk
10000000000 2000000000 7500000000
## memory
96000
8000000
systemd-nspawn
## logins
user root
user postgres
user ada
key 256 SHA256:abc ada@laptop (ED25519)
sudo (ALL : ALL) NOPASSWD: ALL
## tunnel
1764007200
peer YWRh= 10.77.0.2/32 1764006900
peer ZXZl= 10.77.0.66/32 0
name YWRh= ada-laptop
`

const report = `lynis_version=3.1.4
hardening_index=88
suggestion[]=AUTH-9286|Configure minimum password age|-|-|
suggestion[]=SSH-7408|Consider hardening SSH configuration|Port (set 22 to other)|-|
`

const algorithms = {
  kex: [{ algorithm: 'mlkem768x25519-sha256', notes: { info: ['available since OpenSSH 9.9'] } }],
  mac: [{ algorithm: 'hmac-sha1', notes: { fail: ['using broken SHA-1 hash algorithm'] } }],
}

const audit: Audit = {
  stack: 'prod',
  host: 'web',
  address: '192.0.2.1',
  address6: '2001:db8::1',
  at: '2026-11-23T09:30:12.000Z',
  allowed: ['22/tcp', '80/tcp', '443/tcp', '443/udp'],
  outside: [
    { address: '192.0.2.1', open: [22, 443, 8080], tried: 1047 },
    { address: '2001:db8::1', open: [], tried: 0, unreachable: 'this machine has no way to IPv6 addresses' },
  ],
  udp: [
    { address: '192.0.2.1', answers: { 53: 'closed', 443: 'answers', 51_820: 'silent' } },
    { notSeen: 'UDP: this machine has no way to 2001:db8::1' },
  ],
  facts: parseHostFacts(said),
  lynis: parseReport(report),
  sshAudit: { version: '3.9.0', ...parseAnswer(JSON.stringify(algorithms)) },
  certificates: [
    { name: 'www.example.com', issuer: "Let's Encrypt", daysLeft: 61, protocol: 'TLSv1.3' },
    { notSeen: 'app.example.com: connect ECONNREFUSED' },
  ],
  leftOut: [{ step: 'kernel', reasons: ['kernel.kptr_restrict: read-only here'] }],
  lastBackup: null,
}

test('says on one page what is open, who comes in, what waits, and what was left out why', () => {
  expect(pageOf(audit, { 'AUTH-9286': 'nobody has a password' })).toBe(`\
web of prod · 192.0.2.1 · 2001:db8::1 · 2026-11-23 09:30 UTC

  open          IPv4  22 443 8080, of 1047 TCP ports tried from here
                IPv6  not looked at: this machine has no way to IPv6 addresses
                IPv4  UDP 443 answers; 53 closed; 51820 silent: closed, or open
                  and not talking to strangers
                not looked at: UDP: this machine has no way to 2001:db8::1
                the settings let in 22/tcp 80/tcp 443/tcp 443/udp
                ! open, and not in the settings: 8080
                ! in the settings, and no answer: 80/tcp
  log in        root: no key, no password
                ada: 1 key, no password, sudo (ALL : ALL) NOPASSWD: ALL
                  ED25519 SHA256:abc ada@laptop
  tunnel        ada-laptop from 10.77.0.2/32, last heard of 5 min ago
                ! ZXZl=, which the settings do not name, from 10.77.0.66/32,
                  never heard of
  ssh-audit     1 failure, 0 warnings (3.9.0)
                ! mac hmac-sha1: using broken SHA-1 hash algorithm
  lynis         index 88 (Lynis 3.1.4); 0 warnings, 2 suggestions
                AUTH-9286  left out: nobody has a password
                SSH-7408  Consider hardening SSH configuration (Port (set 22 to
                  other)): no reason is written down
  not set       kernel: kernel.kptr_restrict: read-only here
  sandbox       1.5  caddy.service
                1.3  app@cf0778a51a92.service
                exposure by systemd-analyze security: 0 is shut, 10 is open
  updates       ! security: libssl3, 1 other; lists are 2 h old
  certificates  www.example.com: 61 days left, by Let's Encrypt, TLSv1.3
                not looked at: app.example.com: connect ECONNREFUSED
  disk          2.0 GB of 10.0 GB used, 7.5 GB free
  memory        98 MB in use (PSS of everything)
  last backup   none: nothing here makes backups yet
`)
})

test('what could not be looked at says why, and keeps nothing else from the page', () => {
  const { address6: _none, ...onIpv4 } = audit
  const facts = parseHostFacts(
    said.replace(/^Inst .*\n/gm, '').replace('## lists', 'refused E: Unmet dependencies.\n## lists'),
  )
  const why = 'ground: a port is taken'
  const page = pageOf({ ...onIpv4, address6: undefined, facts, leftOut: { notSeen: why } }, {})
  expect(page).toContain('IPv6  not looked at: the stack knows no address of this host\n')
  expect(page).toContain('  updates       ! not looked at: apt says E: Unmet dependencies.\n')
  expect(page).toContain(`  not set       not looked at: ${why}\n`)
  expect(page).toContain('  lynis         index 88')
})

test('tells no age of lists that apt does not have', () => {
  const facts = parseHostFacts(said.replace('1764000000\n', '0\n'))
  const page = pageOf({ ...audit, facts }, {})
  expect(page).toContain('  updates       ! not looked at: apt has no lists of packages yet\n')
})

test('reasons that hold in a container alone are given nowhere else', () => {
  expect(reasonsFor(audit)).toHaveProperty('KRNL-6000')
  const facts = parseHostFacts(said.replace('systemd-nspawn', 'none'))
  for (const elsewhere of [{ facts }, { facts: { notSeen: 'no answer' } }]) {
    expect(reasonsFor(elsewhere)).not.toHaveProperty('KRNL-6000')
    expect(reasonsFor(elsewhere)).toHaveProperty('SSH-7408')
  }
})
