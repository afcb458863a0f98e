// How long a bare host takes to become what it is to be, and how long it takes to see that nothing is to be done: ours,
// one shell script over one connection, and Ansible with the same content. Fresh hosts of 512 MB on the same image, in
// turns, so that whatever else this machine does falls on all of them. Rounds: the first argument, 3 without one.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openTestLab, type TestHost, type TestLab } from '../lab/hosts/test-lab.ts'
import { down } from '../lab/lab.ts'
import { labPaths, repository } from '../lab/paths.ts'
import { openStack } from '../lab/stack.ts'
import { readStatus } from '../lab/status.ts'
import { readToolchain } from '../plugin/toolchain.ts'
import { installAnsible, runPlaybook } from './provisioning/ansible.ts'
import { onBareHost } from './provisioning/ours.ts'

const exec = promisify(execFile)
const rounds = Number(process.argv[2] ?? 3)

type Times = Record<string, number[]>

async function timed(times: Times, what: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await work()
  const ms = performance.now() - start
  ;(times[what] ??= []).push(ms)
  process.stderr.write(`  ${what} ${(ms / 1000).toFixed(2)} s\n`)
}

const median = (all: number[] = []): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN

async function good(told: ReturnType<TestHost['$']>): Promise<void> {
  const { exitCode, stderr } = await told
  if (exitCode !== 0) throw new Error(stderr)
}

async function measure(lab: TestLab, times: Times): Promise<void> {
  const bin = await installAnsible()
  const script = await readFile(join(import.meta.dirname, 'provisioning/host.sh'), 'utf8')
  const key = (await readFile(join(lab.stateFolder, 'key.pub'), 'utf8')).trim()
  // Processor time of the host says the same on a busy machine and on an idle one.
  const cpuSeconds = async (host: TestHost) => (await lab.machines.metrics(host.id))?.cpuSeconds ?? Number.NaN
  const first = async (who: string, host: TestHost, work: () => Promise<unknown>) => {
    const before = await cpuSeconds(host)
    await timed(times, `${who}, first`, work)
    const used = ((await cpuSeconds(host)) - before) * 1000
    ;(times[`${who}, first, processor of the host`] ??= []).push(used)
    process.stderr.write(`  ${who}, first, processor of the host ${(used / 1000).toFixed(2)} s\n`)
  }
  const contenders = {
    async ours(host: TestHost) {
      const ours = await onBareHost(lab, host, key)
      await first('ours', host, ours.converge)
      await timed(times, 'ours, again', ours.converge)
      await timed(times, 'ours, again', ours.converge)
      ;(times['ours, again, on the host'] ??= []).push(await ours.planMs())
      await ours.close()
    },
    async script(host: TestHost) {
      const run = () => good(host.$(`bash -s dev '${key}'`, script))
      await first('script', host, run)
      await timed(times, 'script, again', run)
    },
    async ansible(host: TestHost) {
      const run = () => runPlaybook(bin, lab.stateFolder, host.address, { operator: 'dev', key })
      await first('Ansible', host, run)
      await timed(times, 'Ansible, again', run)
    },
  }
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    for (const contend of Object.values(contenders)) {
      const host = await lab.addHost()
      await contend(host)
      await lab.removeHost(host)
    }
  }
}

async function measurePreview(times: Times): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-bench-'))
  const paths = labPaths(join(folder, 'lab'))
  const env = { ...process.env, SHOESTRING_LAB: paths.state }
  try {
    await exec(process.execPath, [join(repository, 'cli/main.ts'), 'start'], { env })
    const status = await readStatus(paths)
    if (!status) throw new Error('the lab ended')
    const stack = await openStack(paths, status)
    const args = ['preview', '--non-interactive', '--expect-no-changes', '--stack', stack.name]
    for (let run = 0; run < 5; run++)
      await timed(times, 'pulumi preview, nothing to do', () =>
        exec('pulumi', args, { cwd: stack.folder, env: { ...env, ...stack.env } }),
      )
  } finally {
    await down(paths)
    await rm(folder, { recursive: true, force: true })
  }
}

const times: Times = {}
const lab = await openTestLab((await readToolchain()).image.path)
try {
  await measure(lab, times)
} finally {
  await lab.remove()
}
await measurePreview(times)
const row = (what: string, beside: string): void => {
  const ms = median(times[what])
  const ratio = beside === what ? '' : `${(ms / median(times[beside])).toFixed(2)} × ${beside}`
  console.log(`${what.padEnd(40)} ${(ms / 1000).toFixed(2).padStart(7)} s   ${ratio}`.trimEnd())
}
for (const who of ['script', 'ours', 'Ansible']) row(`${who}, first`, 'script, first')
for (const who of ['script', 'ours', 'Ansible']) row(`${who}, again`, 'script, again')
for (const who of ['script', 'ours', 'Ansible'])
  row(`${who}, first, processor of the host`, 'script, first, processor of the host')
row('ours, again, on the host', 'script, again')
row('pulumi preview, nothing to do', 'pulumi preview, nothing to do')
