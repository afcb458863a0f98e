import type { Ssh } from '../../plugin/ssh.ts'
import { loginsScript, parseLogins, type Login } from './logins.ts'
import { onHostScript } from './on-host-script.ts'
import { parseTunnel, tunnelScript, type TunnelPeer } from './tunnel.ts'

/** What a host says of itself, read only. */
export interface HostFacts {
  /** Ports that something listens on, whoever may reach them. */
  listening: { tcp: number[]; udp: number[] }
  /** Our units and their exposure by `systemd-analyze security`: 0 is shut, 10 is open. */
  sandbox: { unit: string; exposure: number }[]
  updates: {
    security: string[]
    other: number
    /** Undefined where apt has none. */
    listsAgeHours: number | undefined
    rebootWanted: boolean
    /** apt's own words where it could not tell. */
    refused?: string
  }
  disk: { sizeBytes: number; usedBytes: number; freeBytes: number }
  /** Proportional share of everything that runs. The total is the machine's, where the host is a container on it. */
  memory: { usedBytes: number; totalBytes: number; container: boolean }
  logins: Login[]
  /** Who may be in the WireGuard tunnel; nobody where there is none. */
  tunnel: TunnelPeer[]
}

const script = `
echo '## listening'
ss -Hltun | awk '{ print $1, $5 }'
echo '## sandbox'
{ systemctl list-units --all --plain --no-legend 'caddy.service' 'app@*.service' 'shoestring-*.service'
  systemctl list-unit-files --no-legend 'shoestring-*.service'; } | awk '{ print $1 }' | grep -v '@\\.' | sort -u |
while read -r unit; do
  systemd-analyze security --no-pager "$unit" | sed -n 's/.*level for \\(.*\\): \\([0-9.]*\\) .*/\\1 \\2/p'
done
echo '## updates'
if said=$(apt-get -s -qq -o Debug::NoLocking=1 dist-upgrade 2>&1); then echo "$said" | grep '^Inst' || true
else echo "refused $(echo "$said" | grep '^E:' | head -n 1)"; fi
echo '## lists'
# The newest that apt has of any archive: partial changes even where a fetch fails.
{ echo 0; stat -c %Y /var/lib/apt/lists/*Release /var/lib/apt/periodic/update-stamp /var/lib/apt/periodic/update-success-stamp 2>/dev/null; } | sort -n | tail -n 1
date +%s; ls /run/reboot-required 2>/dev/null || true
echo '## disk'
df -B1 --output=size,used,avail / | tail -1
echo '## memory'
cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print sum }'
awk '/^MemTotal:/ { print $2 }' /proc/meminfo
systemd-detect-virt --container || true
${loginsScript}
${tunnelScript}`

/** Asks the host once for everything that it knows best itself. */
export async function readHostFacts(ssh: Ssh): Promise<HostFacts> {
  return parseHostFacts(await onHostScript(ssh, script))
}

export function parseHostFacts(said: string): HostFacts {
  const sections = new Map(
    said
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [name = '', ...lines] = section.split('\n')
        return [name, lines.filter(Boolean)]
      }),
  )
  const lines = (name: string): string[] => sections.get(name) ?? []
  const numbers = (name: string): number[] => lines(name).join(' ').split(/\s+/).map(Number)
  const ports = (protocol: string): number[] =>
    lines('listening').flatMap((line) => {
      const [, of = '', port = ''] = /^(\S+) .*:(\d+)$/.exec(line) ?? []
      return of === protocol ? [Number(port)] : []
    })
  const refused = lines('updates').find((line) => line.startsWith('refused '))
  const installs = lines('updates').filter((line) => line.startsWith('Inst '))
  const upgrades = installs.map((line) => ({
    name: line.split(' ')[1] ?? line,
    security: /Debian-Security/i.test(line),
  }))
  const [listsAt = 0, now = 0] = numbers('lists')
  const [sizeBytes = 0, usedBytes = 0, freeBytes = 0] = numbers('disk')
  const [usedKib = 0, totalKib = 0] = numbers('memory')
  return {
    listening: { tcp: unique(ports('tcp')), udp: unique(ports('udp')) },
    sandbox: lines('sandbox').map((line) => {
      const [unit = '', exposure] = line.split(' ')
      return { unit, exposure: Number(exposure) }
    }),
    updates: {
      security: upgrades.filter(({ security }) => security).map(({ name }) => name),
      other: upgrades.filter(({ security }) => !security).length,
      listsAgeHours: listsAt === 0 ? undefined : Math.round((now - listsAt) / 3600),
      rebootWanted: lines('lists').some((line) => line.startsWith('/run/')),
      ...(refused !== undefined && { refused: refused.slice('refused '.length) }),
    },
    disk: { sizeBytes, usedBytes, freeBytes },
    memory: {
      usedBytes: usedKib * 1024,
      totalBytes: totalKib * 1024,
      container: !['none', undefined].includes(lines('memory')[2]),
    },
    logins: parseLogins(lines('logins')),
    tunnel: parseTunnel(lines('tunnel')),
  }
}

const unique = (ports: number[]): number[] => [...new Set(ports)].toSorted((a, b) => a - b)
