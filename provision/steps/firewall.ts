import { noUfw, readUfw, splitWords, type Ufw } from '../facts/ufw.ts'
import { type Host, rootFile } from '../host.ts'
import { sources } from '../networks.ts'
import { change, type Step } from '../step.ts'

// Whatever the ports say: who can't come back in can't put anything right.
const ssh = '22/tcp'

/** What ufw lets in, over IPv4 and IPv6: ssh from where it may come, the desired ports, and nothing else. */
export function firewall(desired: { allow: string[]; sshFrom?: string[] | undefined }): Step<Ufw> {
  const from = sources(desired.sshFrom ?? ['0.0.0.0/0', '::/0'])
  const rest = desired.allow.filter((port) => port !== ssh)
  const allow = from === 'everywhere' ? [ssh, ...rest] : rest
  // In the words in which ufw's own files are read.
  const narrow =
    from === 'everywhere' ? [] : from.map((network) => `allow in proto tcp from ${network} to any port 22`)
  return {
    name: 'firewall',
    guarded: true,
    bare: noUfw,
    observe: readUfw,
    plan(observed) {
      const missing = allow.filter((port) => !observed.allowed.includes(port))
      const stray = observed.allowed.filter((port) => !allow.includes(port))
      // Half of a rule that is desired isn't stray: allowing it completes it.
      const wanted = [...narrow, ...allow.map((port) => `allow ${port}`)]
      const others = observed.others.filter((words) => !wanted.includes(words))
      const missingNarrow = narrow.filter((words) => !observed.others.includes(words))
      return [
        // Rules can be neither changed nor loaded anew while ufw takes the kernel's for its own.
        ...(observed.enabled && !observed.loaded
          ? [change("disable, because the kernel doesn't filter by it", ({ $ }) => $`ufw --force disable`)]
          : []),
        ...(observed.ipv6 ? [] : [change('filter IPv6 too', filterIpv6)]),
        ...(observed.incoming === 'deny'
          ? []
          : [change('deny what no rule lets in', ({ $ }) => $`ufw default deny incoming`)]),
        ...(observed.outgoing === 'allow'
          ? []
          : [change('allow what goes out', ({ $ }) => $`ufw default allow outgoing`)]),
        // Ssh before all others.
        ...missingNarrow.map((words) => change(words, ({ $ }) => $`ufw ${words.split(' ')}`)),
        ...missing.map((port) => change(`allow ${port}`, ({ $ }) => $`ufw allow ${port}`)),
        ...stray.map((port) => change(`close ${port}`, ({ $ }) => $`ufw delete allow ${port}`)),
        ...others.map((words) => change(`delete rule "${words}"`, (host) => deleteRule(host, words))),
        // Last, because a firewall that comes up without 22/tcp ends this session.
        ...(observed.enabled && observed.loaded ? [] : [change('enable', ({ $ }) => $`ufw --force enable`)]),
        ...(observed.unit.enabled && observed.unit.state === 'active'
          ? []
          : [change('bring it up at boot', (host) => bringUp(host, observed.unit))]),
      ]
    },
  }
}

async function deleteRule({ $ }: Host, words: string): Promise<void> {
  const [first = '', ...rest] = splitWords(words)
  // ufw says `ufw delete deny …` but `ufw route delete allow …`.
  await (first === 'route' ? $`ufw route delete ${rest}` : $`ufw delete ${first} ${rest}`)
}

async function bringUp({ $ }: Host, unit: Ufw['unit']): Promise<void> {
  // Debian's package has enabled it. Doing so again takes a second: it has a script of the old kind beside its unit.
  if (!unit.enabled) await $`systemctl enable ufw.service`
  await $`systemctl start ufw.service`
}

async function filterIpv6(host: Host): Promise<void> {
  const path = '/etc/default/ufw'
  const text = (await host.read(path)) ?? ''
  await host.write(path, text.replace(/^IPV6=.*$/m, 'IPV6=yes'), rootFile)
}
