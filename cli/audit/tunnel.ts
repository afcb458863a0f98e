/** A machine that may be in the WireGuard tunnel. */
export interface TunnelPeer {
  /** As the settings call it; undefined where they don't. */
  name: string | undefined
  publicKey: string
  /** Where it may send from: `10.77.0.2/32`. */
  networks: string
  /** Since it was last heard of; undefined where it never was. */
  minutesAgo: number | undefined
}

/** Asks the interface who is let in, and our file what they are called. */
export const tunnelScript = `
echo '## tunnel'
date +%s
wg show wg0 dump 2>/dev/null | awk 'NR > 1 { print "peer", $1, $4, $5 }' || true
awk '/^# / { name = $2 } /^PublicKey/ { print "name", $3, name }' /etc/wireguard/wg0.conf 2>/dev/null || true
`

export function parseTunnel([now = '', ...lines]: string[]): TunnelPeer[] {
  const rows = lines.map((line) => line.split(' '))
  const names = new Map(rows.flatMap(([kind, key = '', name]) => (kind === 'name' ? [[key, name]] : [])))
  return rows.flatMap(([kind, publicKey = '', networks = '', seen]) =>
    kind === 'peer'
      ? [{ name: names.get(publicKey), publicKey, networks, minutesAgo: minutes(Number(now), Number(seen)) }]
      : [],
  )
}

/** One line a peer, for a person. */
export function tunnelLines(peers: TunnelPeer[]): string[] {
  return peers.map(({ name, publicKey, networks, minutesAgo }) => {
    const heard = minutesAgo === undefined ? 'never heard of' : `last heard of ${minutesAgo} min ago`
    return `${name ?? `! ${publicKey}, which the settings do not name,`} from ${networks}, ${heard}`
  })
}

// Zero seconds since 1970 are what wg says of who never shook hands.
const minutes = (now: number, seen: number): number | undefined =>
  seen > 0 ? Math.max(0, Math.round((now - seen) / 60)) : undefined
