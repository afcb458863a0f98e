import { Ssh } from './ssh.ts'
import { provision } from './provisioning.ts'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import * as host from './host.ts'
import * as release from './release.ts'
import { useKeyFile } from './connection.ts'
const d = JSON.parse(readFileSync('/tmp/labenv.json', 'utf8'))
const state = JSON.parse(
  execFileSync(
    '/root/.cache/shoestring/pulumi-3.259.0-linux-x64-26df177953/pulumi',
    ['stack', 'export', '--show-secrets', '--stack', 'local'],
    { cwd: d.cwd, env: d.env, maxBuffer: 1e9 },
  ).toString(),
)
const r = state.deployment.resources
const h = r.find((x: any) => x.type === 'shoestring:index:Host').inputs
const plain = (v: any): any =>
  v && typeof v === 'object'
    ? 'plaintext' in v
      ? JSON.parse(v.plaintext)
      : Array.isArray(v)
        ? v.map(plain)
        : Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)]))
    : v
const rel = plain(r.find((x: any) => x.type === 'shoestring:index:Release').inputs)
const T = async (n: string, f: () => Promise<any>) => {
  const t = performance.now()
  const x = await f()
  console.log(n, (performance.now() - t).toFixed(0), 'ms')
  return x
}
useKeyFile('/tmp/shoestring-a/id_ed25519')
const hr = await T('host request', () => host.requestFor(plain(h), 'plan'))
await T('host request again', () => host.requestFor(plain(h), 'plan'))
const rr = await T('release request', () => release.requestFor(rel, 'plan'))
await T('release request again', () => release.requestFor(rel, 'plan'))
console.log('sizes', JSON.stringify(hr).length, JSON.stringify(rr)?.length)
const ssh = await T('connect', () =>
  Ssh.connect({
    address: h.address,
    hostKey: h.hostKey,
    keyFile: '/tmp/shoestring-a/id_ed25519',
    login: 'dev',
  }),
)
await T('true', () => ssh.run('true'))
for (let i = 0; i < 4; i++) {
  for (const [n, q] of [
    ['host', hr],
    ['release', rr],
  ] as const) {
    const t = performance.now()
    let at = ''
    await provision(ssh, q, (e: any) => {
      at += ` ${e.event}@${(performance.now() - t).toFixed(0)}${e.event === 'done' ? `(${e.ms})` : ''}`
    })
    console.log(n, (performance.now() - t).toFixed(0), at.slice(0, 300))
  }
}
await ssh.close()
