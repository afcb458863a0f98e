import type { DesiredTunnel } from '../desired.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import {
  isWireguardKey,
  readWireguard,
  readWireguardWay,
  wireguardUnit,
  type WireguardInterface,
  type WireguardWay,
} from '../facts/wireguard.ts'
import { rootFile, type Host } from '../host.ts'
import {
  planAbsent,
  planFiles,
  readFiles,
  written,
  type ObservedFiles,
  type OwnedFile,
} from '../owned-file.ts'
import { change, type Change, type Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const link = 'wg0'
const unitPath = `/etc/systemd/system/${wireguardUnit}`
const configPath = `/etc/wireguard/${link}.conf`
/** The host's private key: made there, and never sent anywhere. */
export const wireguardKeyPath = `/etc/wireguard/${link}.key`
const paths = [unitPath, configPath, wireguardKeyPath]
const secretFile = { ...rootFile, mode: 0o600 }

/** Both ways in: a kernel of Debian's has WireGuard of its own, a container's may not. */
export const wireguardPackages = ['wireguard-go', 'wireguard-tools']

const starts: Record<WireguardWay, string[]> = {
  kernel: ['Type=oneshot', 'RemainAfterExit=yes', `ExecStart=ip link add dev ${link} type wireguard`],
  // It leaves its parent once the interface is there.
  program: ['Type=forking', `ExecStart=wireguard-go ${link}`, 'Restart=on-failure'],
  none: [],
}

interface ObservedTunnel {
  way: WireguardWay
  unit: Unit
  files: ObservedFiles
  /** Undefined where there is none. */
  link: WireguardInterface | undefined
}

/** A tunnel of the operators' own, for what is not to be reached from everywhere; without a wish for one there is none. */
export function wireguard(desired: DesiredTunnel | undefined, render: Render): Step<ObservedTunnel> {
  return {
    name: 'wireguard',
    guarded: true,
    // Debian's kernel for clouds has it.
    bare: { way: 'kernel', unit: noUnit, files: {}, link: undefined },
    async observe(host) {
      const [[unit = noUnit], files, way, found] = await Promise.all([
        readUnits(host, [wireguardUnit]),
        readFiles(host, paths),
        desired ? readWireguardWay(host) : ('none' as const),
        desired ? readWireguard(host, link) : undefined,
      ])
      return { way, unit, files, link: found }
    },
    plan(observed) {
      if (!desired) return planWithout(observed)
      return observed.way === 'none' ? [] : planTunnel(desired, observed, render)
    },
    left({ way }) {
      return desired && way === 'none'
        ? ['the tunnel: this kernel has no WireGuard, and no /dev/net/tun for wireguard-go']
        : []
    },
  }
}

function planTunnel(
  desired: DesiredTunnel,
  { way, unit, files, link: found }: ObservedTunnel,
  render: Render,
) {
  const { address, port, peers } = desired
  const unitFile: OwnedFile = {
    path: unitPath,
    content: render(unitPath, { start: starts[way].join('\n'), address }),
    ...rootFile,
  }
  const config: OwnedFile = {
    path: configPath,
    content: render(configPath, { port: String(port), peers: peers.map(section).join('\n') }),
    // Ours holds no key, but one that was written by hand may.
    secret: true,
    ...secretFile,
  }
  const [unitChanges, configChanges] = [planFiles([unitFile], files), planFiles([config], files)]
  const keyChanges = planKey(files)
  const service = planService({
    name: wireguardUnit,
    unit,
    unitFileChanges: unitChanges.length > 0,
    startReads: { change: false, files: written(files, [unitPath]) },
    reloadReads: {
      change: configChanges.length > 0 || keyChanges.length > 0,
      files: written(files, [configPath, wireguardKeyPath]),
    },
  })
  return [
    ...keyChanges,
    ...configChanges,
    ...unitChanges,
    ...service,
    // What the service will do anyway isn't said twice.
    ...(service.length > 0 ? [] : planLink(desired, found)),
  ]
}

/** The file is what was asked for; this is what somebody made of the running interface since. */
function planLink({ address, port, peers }: DesiredTunnel, found: WireguardInterface | undefined): Change[] {
  // Not restarted: everybody in the tunnel would wait until it is dialled again.
  const readdress = async ({ $ }: Host) => {
    await $`ip address flush dev ${link}`
    await $`ip address add ${address} dev ${link}`
  }
  if (!found) return [change(`bring ${link} up again`, restart)]
  const keys = peers.map(({ publicKey }) => publicKey)
  return [
    ...(found.addresses.join() === address
      ? []
      : [change(`give ${link} its address ${address} back`, readdress)]),
    ...(found.port === port ? [] : [change(`listen on ${port}/udp, was ${found.port}/udp`, reload)]),
    ...peers
      .filter(({ publicKey, address: own }) => found.peers[publicKey] !== `${own}/32`)
      .map(({ name }) => change(`let ${name} into the tunnel`, reload)),
    ...Object.keys(found.peers)
      .filter((key) => !keys.includes(key))
      .map((key) => change(`shut peer ${key} out of the tunnel`, reload)),
  ]
}

function planKey(files: ObservedFiles): Change[] {
  const now = files[wireguardKeyPath]
  if (!now || !isWireguardKey(now.content.trim())) return [change('make a key for the host', makeKey)]
  return planFiles([{ path: wireguardKeyPath, content: now.content, secret: true, ...secretFile }], files)
}

async function makeKey(host: Host): Promise<void> {
  const { stdout } = await host.$`wg genkey`
  await host.write(wireguardKeyPath, stdout, secretFile)
}

function planWithout({ unit, files }: ObservedTunnel): Change[] {
  return [
    ...(unit.enabled || unit.state === 'active' ? [change('take the tunnel down', down)] : []),
    ...planAbsent(paths, files),
    ...(files[unitPath] || unit.stale
      ? [change("make systemd forget the tunnel's unit", ({ $ }) => $`systemctl daemon-reload`)]
      : []),
  ]
}

function section({ name, publicKey, address }: DesiredTunnel['peers'][number]): string {
  return [`# ${name}`, '[Peer]', `PublicKey = ${publicKey}`, `AllowedIPs = ${address}/32`, ''].join('\n')
}

const restart = ({ $ }: Host) => $`systemctl restart ${wireguardUnit}`
const reload = ({ $ }: Host) => $`systemctl reload ${wireguardUnit}`
const down = ({ $ }: Host) => $`systemctl disable --now ${wireguardUnit}`
