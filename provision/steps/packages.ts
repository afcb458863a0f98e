import { setTimeout } from 'node:timers/promises'
import type { ProcessOutput } from 'zx/core'
import { OperatorError, reasonOf } from '../errors.ts'
import { barePackages, readPackages, type Packages } from '../facts/packages.ts'
import { type Host, rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'

/** How apt and dpkg go about it; there before the first package is. */
export const aptFiles = [
  '/etc/dpkg/dpkg.cfg.d/00-shoestring',
  '/etc/apt/apt.conf.d/00-shoestring',
  // Read by Debian's Postgres packages while they are installed: no cluster with settings that aren't ours.
  '/etc/postgresql-common/createcluster.d/shoestring.conf',
]

/** What Debian brings: one transaction, without questions, documentation or recommendations. */
export function packages(
  wanted: string[],
  render: Render,
): Step<{ packages: Packages; files: ObservedFiles }> {
  const files: OwnedFile[] = aptFiles.map((path) => ({ path, content: render(path), ...rootFile }))
  return {
    name: 'packages',
    bare: { packages: barePackages, files: {} },
    async observe(host) {
      const [found, owned] = await Promise.all([readPackages(host), readFiles(host, aptFiles)])
      return { packages: found, files: owned }
    },
    plan(observed) {
      const missing = wanted.filter((name) => !observed.packages.installed.has(name))
      return [
        ...planFiles(files, observed.files),
        ...(observed.packages.interrupted ? [change('finish what dpkg was interrupted in', finish)] : []),
        ...(missing.length > 0
          ? [change(`install ${missing.join(' ')}`, (host) => install(host, missing))]
          : []),
      ]
    },
  }
}

function finish({ $ }: Host): Promise<void> {
  return patiently(() => $({ nothrow: true })`dpkg --configure -a`)
}

async function install({ $ }: Host, names: string[]): Promise<void> {
  // Any source that fails is an error: with yesterday's lists it would install what isn't there any more.
  await patiently(() => $({ nothrow: true })`apt-get update --quiet --error-on=any`).catch(
    (cause: unknown) => {
      throw new OperatorError("Debian's lists can't be read", {
        why: reasonOf(cause),
        fix: 'see that the host reaches its Debian mirror (/etc/apt/sources.list.d) and that its clock is right, then run pulumi up again: nothing was installed',
        cause,
      })
    },
  )
  await $`apt-get install --quiet --yes --no-install-recommends ${names}`
}

// apt waits for dpkg's lock by itself (our apt.conf), but not for the one on its lists, and dpkg waits for nothing.
async function patiently(run: () => Promise<ProcessOutput>): Promise<void> {
  const lastTry = Date.now() + lockTimeoutMs
  for (;;) {
    const tried = await run()
    if (tried.exitCode === 0) return
    if (!/\block\b/.test(tried.stderr) || Date.now() > lastTry) throw tried
    await setTimeout(2000)
  }
}

// A droplet that just booted runs apt itself.
const lockTimeoutMs = 120_000
