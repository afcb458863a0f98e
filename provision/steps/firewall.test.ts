import { expect, test } from 'vitest'
import { noUfw, parseUfw, splitWords, type Ufw } from '../facts/ufw.ts'
import { summariesOf } from '../testing.ts'
import { firewall } from './firewall.ts'

const step = firewall({ allow: ['443/tcp', '22/tcp'] })
const good: Ufw = {
  ...noUfw,
  enabled: true,
  loaded: true,
  unit: { enabled: true, state: 'active' },
  allowed: ['22/tcp', '443/tcp'],
}

test('allows ssh first, whatever the settings say, and enables last', () => {
  const plan = ['allow 22/tcp', 'allow 443/tcp', 'enable', 'bring it up at boot']
  expect(summariesOf(step, step.bare)).toEqual(plan)
  expect(summariesOf(firewall({ allow: ['443/tcp'] }), noUfw)).toEqual(plan)
})

test('narrows ssh to its networks before it closes it to everybody else', () => {
  const narrow = firewall({ allow: ['443/tcp', '22/tcp'], sshFrom: ['192.0.2.7/24', '2001:db8::/32'] })
  const rules = ['192.0.2.0/24', '2001:db8::/32'].map(
    (net) => `allow in proto tcp from ${net} to any port 22`,
  )
  expect(summariesOf(narrow, good)).toEqual([...rules, 'close 22/tcp'])
  expect(summariesOf(narrow, { ...good, allowed: ['443/tcp'], others: rules })).toEqual([])
})

test('opens what is missing, closes what is stray, deletes what is neither', () => {
  const observed = { ...good, allowed: ['22/tcp', '8080/tcp'], others: ['deny in from 192.0.2.7 to any'] }
  expect(summariesOf(step, observed)).toEqual([
    'allow 443/tcp',
    'close 8080/tcp',
    'delete rule "deny in from 192.0.2.7 to any"',
  ])
})

test('needs nothing when the rules are as desired', () => {
  expect(summariesOf(step, good)).toEqual([])
})

test('takes ufw down before it changes rules that the kernel does not hold', () => {
  expect(summariesOf(step, { ...good, loaded: false, allowed: ['22/tcp'] })).toEqual([
    "disable, because the kernel doesn't filter by it",
    'allow 443/tcp',
    'enable',
  ])
})

test('denies by default and filters IPv6', () => {
  expect(summariesOf(step, { ...good, incoming: 'allow', outgoing: 'deny', ipv6: false })).toEqual([
    'filter IPv6 too',
    'deny what no rule lets in',
    'allow what goes out',
  ])
})

const tuples = (...lines: string[]) => lines.map((line) => `### tuple ### ${line}\n-A x\n`).join('')

test("reads ufw's files: open in both families, open in one, and every other rule in the words that delete it", () => {
  const any = '0.0.0.0/0'
  const ufw = parseUfw(
    'ENABLED=yes\n',
    'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n',
    tuples(
      `allow tcp 22 ${any} any ${any} in`,
      `allow any 8080 ${any} any ${any} in comment=6d696e65`,
      `allow tcp 443 ${any} any ${any} in`,
      `limit tcp 25 ${any} any 192.0.2.1 in_eth0`,
      `route:allow udp 53 10.0.0.1 any ${any} in`,
      `route:allow tcp 80 10.0.0.2 any ${any} in_eth0!out_wg_1`,
      `deny any any ${any} any 192.0.2.9 out`,
    ),
    tuples('allow tcp 22 ::/0 any ::/0 in', 'allow any 8080 ::/0 any ::/0 in'),
  )
  expect(ufw).toEqual({
    enabled: true,
    allowed: ['22/tcp', '8080'],
    others: [
      'allow 443/tcp',
      'limit in on eth0 proto tcp from 192.0.2.1 to any port 25',
      'route allow proto udp from any to 10.0.0.1 port 53',
      'route allow in on eth0 out on wg_1 proto tcp from any to 10.0.0.2 port 80',
      'deny out from 192.0.2.9 to any',
    ],
    incoming: 'deny',
    outgoing: 'allow',
    ipv6: true,
  })
})

test("an application's rule is no open port: it is deleted by the name, spaces and all, whatever it stood for", () => {
  const any = '0.0.0.0/0'
  const { allowed, others } = parseUfw(
    '',
    'IPV6=yes\n',
    tuples(
      `allow tcp 22 ${any} any ${any} in`,
      `allow tcp 22 ${any} any ${any} OpenSSH - in`,
      `allow tcp 80,443 ${any} any ${any} Nginx%20Full - in comment=6d696e65`,
      `deny udp 137,138 ${any} any 192.0.2.0/24 Samba - in_eth0`,
      `deny tcp 139,445 ${any} any 192.0.2.0/24 Samba - in_eth0`,
      `allow tcp any ${any} 22 ${any} - OpenSSH in`,
    ),
    tuples(
      'allow tcp 22 ::/0 any ::/0 in',
      'allow tcp 22 ::/0 any ::/0 OpenSSH - in',
      'allow tcp 80,443 ::/0 any ::/0 Nginx%20Full - in comment=6d696e65',
    ),
  )
  expect(allowed).toEqual(['22/tcp'])
  expect(others).toEqual([
    'allow in from any to any app OpenSSH',
    "allow in from any to any app 'Nginx Full'",
    'deny in on eth0 from 192.0.2.0/24 to any app Samba',
    'allow in from any app OpenSSH to any',
  ])
  expect(summariesOf(step, { ...good, others: others.slice(1, 2) })).toEqual([
    `delete rule "allow in from any to any app 'Nginx Full'"`,
  ])
  expect(splitWords(others[1] ?? '').slice(-2)).toEqual(['app', 'Nginx Full'])
})
