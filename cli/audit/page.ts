import { listed } from '../page.ts'
import type { Certificate } from './certificates.ts'
import type { HostFacts } from './host-facts.ts'
import type { Login } from './logins.ts'
import { seen, type Audit, type LeftOut, type Part } from './look.ts'
import type { Finding, Lynis } from './lynis.ts'
import type { Outside } from './open-from-outside.ts'
import type { SshAudit } from './ssh-audit.ts'
import { tunnelLines } from './tunnel.ts'
import type { UdpAnswer } from './udp-answers.ts'

/** Why a finding of Lynis is left as it is, by test. */
export type Reasons = Readonly<Record<string, string>>

/** The audit as one page for a person, 80 columns wide. */
export function pageOf(audit: Audit, reasons: Reasons): string {
  const { stack, host, address, address6, at, facts } = audit
  const ofHost = (told: (facts: HostFacts) => string[]): string[] =>
    seen(facts) ? told(facts) : notSeen(facts)
  const leftOutRow = partLines(audit.leftOut, (steps) => steps.flatMap(leftOutLines))
  const rows = {
    open: openLines(audit),
    'log in': ofHost(({ logins }) => logins.flatMap(loginLines)),
    ...(seen(facts) && facts.tunnel.length > 0 && { tunnel: tunnelLines(facts.tunnel) }),
    'ssh-audit': partLines(audit.sshAudit, sshLines),
    lynis: partLines(audit.lynis, (lynis) => lynisLines(lynis, reasons)),
    // A row only where there is something to say.
    ...(leftOutRow.length > 0 && { 'not set': leftOutRow }),
    sandbox: ofHost(({ sandbox }) => [
      ...sandbox.map(({ unit, exposure }) => `${exposure.toFixed(1)}  ${unit}`),
      'exposure by systemd-analyze security: 0 is shut, 10 is open',
    ]),
    updates: ofHost(updateLines),
    certificates: audit.certificates.flatMap((one) => partLines(one, certificateLines)),
    disk: ofHost(({ disk }) => [
      `${gigabytes(disk.usedBytes)} of ${gigabytes(disk.sizeBytes)} used, ${gigabytes(disk.freeBytes)} free`,
    ]),
    memory: ofHost(({ memory }) => [memoryLine(memory)]),
    'last backup': [audit.lastBackup ?? 'none: nothing here makes backups yet'],
  }
  const title = [`${host} of ${stack}`, address, address6, `${at.slice(0, 16).replace('T', ' ')} UTC`]
  const list = listed(Object.entries(rows).map(([name, lines]) => ({ name, lines })))
  return `${title.filter(Boolean).join(' · ')}\n\n${list.join('\n')}\n`
}

function partLines<T extends object>(part: Part<T>, lines: (found: T) => string[]): string[] {
  return seen(part) ? lines(part) : notSeen(part)
}

const notSeen = ({ notSeen: why }: { notSeen: string }): string[] => [`not looked at: ${why}`]

function openLines({ outside, udp, allowed, address6 }: Audit): string[] {
  const lines = outside.map((one) => partLines(one, (found) => [tcpLine(found)])[0] ?? '')
  const tcp = outside.flatMap((one) => (seen(one) && !one.unreachable ? [one.open] : []))
  const stray = [...new Set(tcp.flat())].filter((port) => !allowed.includes(`${port}/tcp`))
  const shut = allowed
    .filter((port) => port.endsWith('/tcp'))
    .filter((port) => tcp.some((open) => !open.includes(Number.parseInt(port))))
  return [
    ...lines,
    ...(address6 === undefined ? ['IPv6  not looked at: the stack knows no address of this host'] : []),
    ...udp.flatMap((one) => partLines(one, ({ address, answers }) => [udpLine(familyOf(address), answers)])),
    `the settings let in ${allowed.join(' ')}`,
    ...(stray.length > 0 ? [`! open, and not in the settings: ${stray.join(' ')}`] : []),
    ...(shut.length > 0 ? [`! in the settings, and no answer: ${shut.join(' ')}`] : []),
  ]
}

function tcpLine({ address, open, tried, unreachable }: Outside): string {
  const family = familyOf(address)
  if (unreachable) return `${family}  not looked at: ${unreachable}`
  return `${family}  ${open.join(' ') || 'nothing'}, of ${tried} TCP ports tried from here`
}

const familyOf = (address: string): string => (address.includes(':') ? 'IPv6' : 'IPv4')

function udpLine(family: string, answers: Record<number, UdpAnswer>): string {
  const with_ = (wanted: UdpAnswer) =>
    Object.entries(answers).flatMap(([port, answer]) => (answer === wanted ? [port] : []))
  const [open, silent, closed] = [with_('answers'), with_('silent'), with_('closed')]
  return [
    `${family}  UDP ${open.length > 0 ? `${open.join(' ')} answers` : 'nothing answers'}`,
    ...(closed.length > 0 ? [`${closed.join(' ')} closed`] : []),
    ...(silent.length > 0
      ? [`${silent.join(' ')} silent: closed, or open and not talking to strangers`]
      : []),
  ].join('; ')
}

function loginLines({ user, keys, password, sudo, beside, shutOut }: Login): string[] {
  const rights = user === 'root' ? '' : sudo.length > 0 ? `, sudo ${sudo.join(', ')}` : ', no sudo'
  return [
    `${user}: ${keys.length === 0 ? 'no key' : keys.length === 1 ? '1 key' : `${keys.length} keys`}, ` +
      `${password ? '! a password' : 'no password'}${rights}`,
    ...(shutOut === undefined ? beside.map((way) => `  ! ${way}`) : [`  shut out of ssh: ${shutOut}`]),
    ...keys.map((key) => `  ${key.replace(/^\d+ (.*) \((\S+)\)$/, '$2 $1')}`),
  ]
}

const leftOutLines = ({ step, reasons }: LeftOut): string[] => reasons.map((reason) => `${step}: ${reason}`)

function sshLines({ version, failures, warnings }: SshAudit): string[] {
  return [
    `${plural(failures.length, 'failure')}, ${plural(warnings.length, 'warning')} (${version})`,
    ...failures.map((line) => `! ${line}`),
    ...warnings,
  ]
}

function lynisLines({ version, index, warnings, suggestions }: Lynis, reasons: Reasons): string[] {
  const counts = `${plural(warnings.length, 'warning')}, ${plural(suggestions.length, 'suggestion')}`
  return [
    `index ${index} (Lynis ${version}); ${counts}`,
    ...warnings.map((warning) => `! ${finding(warning)}`),
    ...[...Map.groupBy(suggestions, ({ test }) => test)].flatMap(([test, found]) =>
      reasons[test] === undefined
        ? found.map((one) => `${finding(one)}: no reason is written down`)
        : [`${test}  left out: ${reasons[test]}`],
    ),
  ]
}

function updateLines({ updates }: HostFacts): string[] {
  const { security, other, listsAgeHours, rebootWanted, refused } = updates
  if (refused !== undefined) return [`! not looked at: apt says ${refused}`]
  if (listsAgeHours === undefined) return ['! not looked at: apt has no lists of packages yet']
  const urgent = security.length === 0 ? 'no security update waits' : `! security: ${security.join(' ')}`
  return [
    `${urgent}, ${plural(other, 'other')}; lists are ${listsAgeHours} h old`,
    ...(rebootWanted ? ['! a restart of the host is wanted'] : []),
  ]
}

function certificateLines({ name, issuer, daysLeft, protocol, distrusted }: Certificate): string[] {
  const line = `${name}: ${plural(daysLeft, 'day')} left, by ${issuer}, ${protocol}`
  return [distrusted ? `! ${line}, not trusted here: ${distrusted}` : daysLeft < 14 ? `! ${line}` : line]
}

function memoryLine({ usedBytes, totalBytes, container }: HostFacts['memory']): string {
  const used = `${Math.round(usedBytes / 1e6)} MB in use (PSS of everything)`
  return container ? used : `${used} of ${Math.round(totalBytes / 1e6)} MB`
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function finding({ test, text, details }: Finding): string {
  const what = details && !text.includes(details) ? `${text} (${details})` : text
  return `${test}  ${what}`
}
