import { expect, test } from 'vitest'
import { noUnit } from '../facts/unit.ts'
import { parseDump } from '../facts/wireguard.ts'
import { summariesOf } from '../testing.ts'
import { wireguard } from './wireguard.ts'

const [adasKey, evesKey] = ['YWRh', 'ZXZl'].map((start) => `${start}${'A'.repeat(39)}=`) as [string, string]
const hostKey = `${'B'.repeat(42)}A=`
const peers = [{ name: 'ada', publicKey: adasKey, address: '10.77.0.2' }]
const rendered: Record<string, Record<string, string>> = {}
const step = wireguard({ address: '10.77.0.1/24', port: 51_820, peers }, (path, values = {}) => {
  rendered[path] = values
  return `${path}\n${Object.values(values).join('\n')}\n`
})
const without = wireguard(undefined, () => '')
const paths = ['/etc/systemd/system/shoestring-wireguard.service', '/etc/wireguard/wg0.conf'] as const
const keyPath = '/etc/wireguard/wg0.key'

const file = (content: string, mode: number) => ({ content, mode, owner: 'root', group: 'root', mtimeMs: 50 })
const text = (path: string) => `${path}\n${Object.values(rendered[path] ?? {}).join('\n')}\n`
const running = { ...noUnit, exists: true, state: 'active', enabled: true, startedMs: 100, changedMs: 100 }
const link = { port: 51_820, addresses: ['10.77.0.1/24'], peers: { [adasKey]: '10.77.0.2/32' } }

/** A host on which the tunnel is up, as this kernel can have it. */
function up() {
  summariesOf(step, step.bare)
  const files = {
    [paths[0]]: file(text(paths[0]), 0o644),
    [paths[1]]: file(text(paths[1]), 0o600),
    [keyPath]: file(`${hostKey}\n`, 0o600),
  }
  return { way: 'kernel' as const, unit: running, files, link }
}

test('a fresh host makes its own key, and the tunnel comes up at every boot', () => {
  const fresh = [
    'make a key for the host',
    'write /etc/wireguard/wg0.conf',
    'write /etc/systemd/system/shoestring-wireguard.service',
    'enable shoestring-wireguard at boot',
    "make systemd read shoestring-wireguard's unit",
    'start shoestring-wireguard',
  ]
  expect(summariesOf(step, step.bare)).toEqual(fresh)
  expect(rendered[paths[0]]?.['start']).toContain('ExecStart=ip link add dev wg0 type wireguard')
  expect(rendered[paths[1]]?.['peers']).toBe(
    `# ada\n[Peer]\nPublicKey = ${adasKey}\nAllowedIPs = 10.77.0.2/32\n`,
  )
  expect(summariesOf(step, { ...step.bare, way: 'program' })).toEqual(fresh)
  expect(rendered[paths[0]]?.['start']).toContain('ExecStart=wireguard-go wg0')
})

test('where neither the kernel nor a program can, it is left out with the reason', () => {
  const nowhere = { ...step.bare, way: 'none' as const }
  expect(summariesOf(step, nowhere)).toEqual([])
  expect(step.left?.(nowhere)).toEqual([
    'the tunnel: this kernel has no WireGuard, and no /dev/net/tun for wireguard-go',
  ])
  expect(step.left?.(up())).toEqual([])
})

test('a tunnel that is up needs nothing', () => {
  expect(summariesOf(step, up())).toEqual([])
})

test('what was changed in the running interface by hand is named and put right', () => {
  expect(summariesOf(step, { ...up(), link: undefined })).toEqual(['bring wg0 up again'])
  expect(
    summariesOf(step, {
      ...up(),
      link: { port: 4000, addresses: ['10.9.0.1/24'], peers: { [evesKey]: '10.77.0.9/32' } },
    }),
  ).toEqual([
    'give wg0 its address 10.77.0.1/24 back',
    'listen on 51820/udp, was 4000/udp',
    'let ada into the tunnel',
    `shut peer ${evesKey} out of the tunnel`,
  ])
})

test('a key that others may read is closed to them, and one that is none is made anew', () => {
  const { files, ...rest } = up()
  expect(summariesOf(step, { ...rest, files: { ...files, [keyPath]: file(`${hostKey}\n`, 0o644) } })).toEqual(
    [`set ${keyPath} to root:root 600, was root:root 644`, 'reload shoestring-wireguard'],
  )
  expect(summariesOf(step, { ...rest, files: { ...files, [keyPath]: file('', 0o600) } })).toEqual([
    'make a key for the host',
    'reload shoestring-wireguard',
  ])
})

test('without a wish for a tunnel there is none, nor a key of one', () => {
  expect(summariesOf(without, without.bare)).toEqual([])
  expect(summariesOf(without, up())).toEqual([
    'take the tunnel down',
    ...[...paths, keyPath].map((path) => `remove ${path}`),
    "make systemd forget the tunnel's unit",
  ])
})

test('reads what wg prints of an interface, and no secret of it', () => {
  expect(
    parseDump(
      `${hostKey}\t${adasKey}\t51820\toff\n${evesKey}\t(none)\t192.0.2.7:9\t10.77.0.9/32\t0\t0\t0\toff\n`,
    ),
  ).toEqual({ port: 51_820, peers: { [evesKey]: '10.77.0.9/32' } })
})

test('shows nothing of a configuration into which someone may have written a key', () => {
  const now = up()
  const files = { ...now.files, [paths[1]]: file(`[Interface]\nPrivateKey = ${hostKey}\n`, 0o600) }
  const changes = step.plan({ ...now, files })
  expect(changes.some(({ summary }) => summary.startsWith('update /etc/wireguard/wg0.conf'))).toBe(true)
  expect(JSON.stringify(changes)).not.toContain(hostKey)
  expect(changes.find(({ summary }) => summary.includes('wg0.conf'))).not.toHaveProperty('diff')
})
