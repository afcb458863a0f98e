import type { Host } from '../host.ts'
import { noUnit, readUnits, type Unit } from './unit.ts'

/** ufw as it stands, by its own files and by the kernel. */
export interface Ufw {
  /** Filters, and comes up at boot; both as ufw's own settings say. */
  enabled: boolean
  /** The unit that brings it up at boot. */
  unit: Pick<Unit, 'enabled' | 'state'>
  /** The kernel filters by it, and by the same rules as the files say. */
  loaded: boolean
  /** What is let in over IPv4 *and* IPv6: `443/tcp`. */
  allowed: string[]
  /** Every other rule, in the words that delete it: `deny in proto tcp from 192.0.2.1 to any port 22`. */
  others: string[]
  /** `deny`, `allow`, `reject`, and whether IPv6 is filtered at all. */
  incoming: string
  outgoing: string
  ipv6: boolean
}

export const noUfw: Ufw = {
  enabled: false,
  unit: { enabled: true, state: 'inactive' },
  loaded: false,
  allowed: [],
  others: [],
  incoming: 'deny',
  outgoing: 'allow',
  ipv6: true,
}

/** Reads the files that ufw reads; the kernel is asked only what they can't tell. */
export async function readUfw(host: Host): Promise<Ufw> {
  const [config, defaults, rules4, rules6] = await Promise.all(
    ['/etc/ufw/ufw.conf', '/etc/default/ufw', '/etc/ufw/user.rules', '/etc/ufw/user6.rules'].map((path) =>
      host.read(path),
    ),
  )
  if (config === undefined) return noUfw
  const files = parseUfw(config, defaults ?? '', rules4 ?? '', rules6 ?? '')
  const quiet = host.$({ nothrow: true })
  const [[unit = noUnit], kernel4, kernel6] = await Promise.all([
    readUnits(host, ['ufw.service']),
    quiet`iptables -S`,
    quiet`ip6tables -S`,
  ])
  const loaded =
    isLoaded(kernel4.stdout, rules4 ?? '', 'ufw') &&
    (!files.ipv6 || isLoaded(kernel6.stdout, rules6 ?? '', 'ufw6'))
  return { ...files, unit, loaded }
}

export function parseUfw(
  config: string,
  defaults: string,
  rules4: string,
  rules6: string,
): Omit<Ufw, 'loaded' | 'unit'> {
  const [v4, v6] = [parseTuples(rules4), parseTuples(rules6)]
  const ipv6 = setting(defaults, 'IPV6') === 'yes'
  const [open4, open6] = [portsIn(v4), portsIn(v6)]
  // Open in one family only is neither open nor closed: it is missing, and adding it completes it.
  const allowed = open4.filter((port) => !ipv6 || open6.includes(port))
  const halves = [...open4, ...open6].filter((port) => !allowed.includes(port)).map((port) => `allow ${port}`)
  const others = [...v4, ...v6].filter(({ port }) => port === undefined).map(({ words }) => words)
  return {
    enabled: /^ENABLED=yes$/m.test(config),
    allowed,
    others: [...new Set([...halves, ...others])],
    incoming: policy(setting(defaults, 'DEFAULT_INPUT_POLICY')),
    outgoing: policy(setting(defaults, 'DEFAULT_OUTPUT_POLICY')),
    ipv6,
  }
}

function portsIn(tuples: Tuple[]): string[] {
  return tuples.flatMap(({ port }) => (port === undefined ? [] : [port]))
}

interface Tuple {
  /** Set for a plain `allow 443/tcp` to anybody on this host. */
  port?: string
  words: string
}

// ### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in [comment=…]
// ### tuple ### action protocol port destination sourcePort source [application sourceApplication] direction
function parseTuples(rules: string): Tuple[] {
  return [...rules.matchAll(/^### tuple ### (.+)$/gm)].map(([, line = '']) => {
    const [action = '', protocol = '', port = '', to = '', fromPort = '', from = '', ...rest] = line
      .replace(/ comment=\S*$/, '')
      .split(' ')
    const direction = rest.at(-1) ?? 'in'
    const [app, fromApp] = rest.length === 3 ? rest.map(application) : []
    const anyone = [to, from].every((address) => address === '0.0.0.0/0' || address === '::/0')
    const plainly = anyone && fromPort === 'any' && port !== 'any' && !app
    if (action === 'allow' && direction === 'in' && plainly) {
      const plain = protocol === 'any' ? port : `${port}/${protocol}`
      return { port: plain, words: `allow ${plain}` }
    }
    const [verb = '', log] = action.replace('route:', '').split('_')
    const routed = action.startsWith('route:')
    const words = [
      ...(routed ? ['route'] : []),
      verb,
      ...(routed && !direction.includes('_') ? [] : ways(direction)),
      ...(log ? [log] : []),
      // An application's rule is known to ufw by that name alone; protocol and port are what it stood for.
      ...(protocol === 'any' || app || fromApp ? [] : ['proto', protocol]),
      'from',
      anywhere(from),
      ...end(fromPort, fromApp),
      'to',
      anywhere(to),
      ...end(port, app),
    ]
    return { words: words.join(' ') }
  })
}

/** `in`, `out_eth0`, and of what passes through also both, `in_eth0!out_eth1`; without an interface ufw lets nobody name the way of that. */
function ways(direction: string): string[] {
  return direction.split('!').flatMap((one) => {
    const [way = '', device] = one.split(/_(.*)/)
    return device ? [way, 'on', device] : [way]
  })
}

function end(port: string, app: string | undefined): string[] {
  if (app) return ['app', app.includes(' ') ? `'${app}'` : app]
  return port === 'any' ? [] : ['port', port]
}

/** `Nginx%20Full` in the file, `-` for none. */
function application(written: string): string | undefined {
  return written === '-' ? undefined : written.replaceAll('%20', ' ')
}

/** The words of a rule one by one, as a shell would give them to ufw: only an application's name has spaces. */
export function splitWords(words: string): string[] {
  return [...words.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
}

/** The kernel holds ufw's chains, and in them as many rules as the file. */
function isLoaded(kernel: string, rules: string, prefix: string): boolean {
  const ours = `${prefix}-user-input`
  const count = (text: string) => text.split('\n').filter((line) => line.startsWith(`-A ${ours} `)).length
  return (
    kernel.includes('-P INPUT DROP') &&
    kernel.includes(`-A INPUT -j ${prefix}-before-input`) &&
    count(kernel) === count(rules)
  )
}

function anywhere(address: string): string {
  return address === '0.0.0.0/0' || address === '::/0' ? 'any' : address
}

function setting(text: string, key: string): string {
  return new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
}

function policy(target: string): string {
  return { DROP: 'deny', ACCEPT: 'allow', REJECT: 'reject' }[target] ?? target.toLowerCase()
}
