import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, makeOnce } from '../../lab/toolchain/cache.mjs'
import { lastLines } from '../../provision/errors.ts'

const exec = promisify(execFile)

const version = '3.9.0'
const wheel = {
  file: `ssh_audit-${version}-py3-none-any.whl`,
  sha256: '3dad48d4678e0de31f6332cc7674f9d7dd1805f86babf3796f41c2fd879cb812',
}

/** What ssh-audit says of a server, each as `kex curve25519-sha256: why`. */
export interface SshAudit {
  version: string
  failures: string[]
  warnings: string[]
}

/** Runs ssh-audit from here against port 22, as a stranger would. */
export async function runSshAudit(address: string): Promise<SshAudit> {
  const tool = join(await fetchTool(), wheel.file)
  // A wheel is a zip that Python reads as it is: nothing is installed anywhere.
  const env = { ...process.env, PYTHONPATH: tool, PYTHONDONTWRITEBYTECODE: '1' }
  const args = ['-m', 'ssh_audit.ssh_audit', '--json', '--skip-rate-test', address]
  const { stdout } = await exec('python3', args, { env, timeout: 60_000 }).catch(
    // Its exit code says how bad it is; the answer is the same.
    (error: { stdout?: string; stderr?: string; message: string }) => {
      if (error.stdout?.startsWith('{')) return { stdout: error.stdout }
      throw new Error(lastLines(`${error.stdout ?? ''}\n${error.stderr ?? ''}`, 1) || error.message)
    },
  )
  return { version, ...parseAnswer(stdout) }
}

export function parseAnswer(json: string): Omit<SshAudit, 'version'> {
  const answer = JSON.parse(json) as Record<string, unknown>
  const algorithms = (['kex', 'key', 'enc', 'mac'] as const).flatMap((kind) =>
    ((answer[kind] ?? []) as Algorithm[]).map((algorithm) => ({ kind, ...algorithm })),
  )
  const said = (level: 'fail' | 'warn') =>
    algorithms.flatMap(({ kind, algorithm, notes }) =>
      (notes?.[level] ?? []).map((why) => `${kind} ${algorithm}: ${why}`),
    )
  return { failures: said('fail'), warnings: said('warn') }
}

interface Algorithm {
  algorithm: string
  notes?: { fail?: string[]; warn?: string[] }
}

/** Fetched once into the user's cache, by its hash. */
async function fetchTool(): Promise<string> {
  const key = `ssh-audit-${version}-${wheel.sha256.slice(0, 10)}`
  const { path } = await makeOnce(cacheFolder(), key, async (folder) => {
    const wanted = join(folder, 'requirements.txt')
    await writeFile(wanted, `ssh-audit==${version} --hash=sha256:${wheel.sha256}\n`)
    const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes']
    try {
      await exec('python3', [...args, '--dest', folder, '--requirement', wanted], { timeout: 60_000 })
    } catch (error) {
      const { code, stderr = '' } = error as { code?: string; stderr?: string }
      const why = code === 'ENOENT' ? 'there is no python3 on this machine' : lastLines(stderr, 1)
      throw new Error(`ssh-audit could not be fetched: ${why}`, { cause: error })
    }
    return version
  })
  return path
}
