// How long until a company's production answers, from an empty lab with warm caches; and how long until it is clear
// that nothing is to be done. Beside it, in the same run on the same kind of host: the shell script that people keep
// in a wiki, which installs the same packages and little more.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openTestLab } from '../lab/hosts/test-lab.ts'
import { down } from '../lab/lab.ts'
import { labPaths, repository } from '../lab/paths.ts'
import { openStack } from '../lab/stack.ts'
import { readStatus } from '../lab/status.ts'
import { readToolchain } from '../plugin/toolchain.ts'

const exec = promisify(execFile)
const runs = 5

const wikiScript = `
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends ca-certificates postgresql-17 sudo ufw caddy
ufw allow 22/tcp; ufw allow 80/tcp; ufw allow 443; ufw --force enable
id dev || useradd -m -s /bin/bash -G sudo dev
runuser -u postgres -- psql -c 'create role app login' -c 'create database accounts owner app' || true
systemctl enable --now postgresql caddy
`

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await timed(work))
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN
}

const row = (what: string, ms: number, beside?: string): void =>
  console.log(`${what.padEnd(46)} ${(ms / 1000).toFixed(2).padStart(7)} s   ${beside ?? ''}`)

async function wiki(): Promise<{ boot: number; first: number; again: number }> {
  const lab = await openTestLab((await readToolchain()).image.path)
  try {
    const start = performance.now()
    const host = await lab.addHost()
    const boot = performance.now() - start
    const script = () => host.$('bash -s', wikiScript)
    return { boot, first: await timed(script), again: await timed(script) }
  } finally {
    await lab.remove()
  }
}

async function shoestring(): Promise<{ first: number; again: number; preview: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-bench-'))
  const paths = labPaths(join(folder, 'lab'))
  const env = { ...process.env, SHOESTRING_LAB: paths.state }
  const start = () => exec(process.execPath, [join(repository, 'cli/main.ts'), 'start'], { env })
  try {
    const first = await timed(start)
    const again = await median(start)
    const status = await readStatus(paths)
    if (!status) throw new Error('the lab ended')
    const { name, folder: cwd, env: stackEnv } = await openStack(paths, status)
    const preview = await median(() =>
      exec('pulumi', ['preview', '--non-interactive', '--stack', name], {
        cwd,
        env: { ...env, ...stackEnv },
      }),
    )
    return { first, again, preview }
  } finally {
    await down(paths)
    await rm(folder, { recursive: true, force: true })
  }
}

const script = await wiki()
const ours = await shoestring()
const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)} × the script`
row('host: made, booted, ssh, cloud-init done', script.boot)
row('wiki script, first run on a booted host', script.first)
row('wiki script, again', script.again)
row('npm start, empty lab to 200 over HTTPS', ours.first, ratio(ours.first, script.boot + script.first))
row(`npm start, nothing to do (median of ${runs})`, ours.again)
row(`pulumi preview, nothing to do (median of ${runs})`, ours.preview)
