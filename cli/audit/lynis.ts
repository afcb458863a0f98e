import type { Ssh } from '../../plugin/ssh.ts'
import { onHostScript } from './on-host-script.ts'

/** What Lynis says of a host. */
export interface Lynis {
  version: string
  index: number
  warnings: Finding[]
  suggestions: Finding[]
}

export interface Finding {
  /** Lynis's own: `SSH-7408`. */
  test: string
  text: string
  details: string
}

// Debian's package, which apt checks by signature, unpacked beside the system and never installed.
const script = `
set -e
[ -e /run/lynis.pid ] && { echo 'Lynis is being run by somebody else' >&2; exit 1; }
work=$(mktemp -d /var/tmp/shoestring-audit.XXXXXX)
trap 'rm -rf "$work" /run/lynis.pid /tmp/lynis.??????????' EXIT
trap 'exit 129' HUP INT TERM
cd "$work"
apt-get -qq download lynis 2>> said >&2 || { cat said >&2; exit 1; }
dpkg-deb -x lynis_*.deb .
# Otherwise it would run apt-get update, and leave the host with other lists than it had.
sed -i 's/^refresh-repositories=.*/refresh-repositories=no/' etc/lynis/default.prf
mkdir -p plugins
cd usr/share/lynis
sh ../../sbin/lynis audit system --quick --quiet --no-colors --profile "$work/etc/lynis/default.prf" \\
  --plugindir "$work/plugins" --logfile "$work/log" --report-file "$work/report" < /dev/null >> "$work/said" 2>&1 || true
grep -q '^hardening_index=' "$work/report" || { tail -n 2 "$work/said" >&2; exit 1; }
cat "$work/report"
`

/** Runs Lynis on the host, from a folder that is gone afterwards. */
export async function runLynis(ssh: Ssh): Promise<Lynis> {
  return parseReport(await onHostScript(ssh, script))
}

export function parseReport(report: string): Lynis {
  const lines = report.split('\n')
  const values = (key: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
  const findings = (key: string): Finding[] =>
    values(key).map((line) => {
      const [test = '', text = '', details = ''] = line.split('|')
      return { test, text, details: details === '-' ? '' : details }
    })
  return {
    version: values('lynis_version')[0] ?? '',
    index: Number(values('hardening_index')[0] ?? Number.NaN),
    warnings: findings('warning[]'),
    suggestions: findings('suggestion[]'),
  }
}
