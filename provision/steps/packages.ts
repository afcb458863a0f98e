import { setTimeout } from 'node:timers/promises'
import type { ProcessOutput } from 'zx/core'
import { OperatorError, reasonOf } from '../errors.ts'
import { makeRoom } from './ground.ts'
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

async function finish(host: Host): Promise<void> {
  const { $ } = host
  const configure = () => patiently(() => $({ nothrow: true })`dpkg --configure -a`)
  const refused = await configure().then(
    () => undefined,
    (cause: unknown) => cause,
  )
  // What was cut off while it was unpacked has to be unpacked anew, and what needs it can't be set up before.
  const shown = await $`dpkg-query --show --showformat=${'${db:Status-Eflag} ${binary:Package}\n'}`
  const halves = [...shown.stdout.matchAll(/^reinstreq (.+)$/gm)].map(([, name = '']) => name)
  if (halves.length === 0 && refused !== undefined) throw refused
  if (halves.length === 0) return
  await readLists(host)
  await $`apt-get install --quiet --yes --reinstall --no-install-recommends ${halves}`
  await configure()
}

async function install(host: Host, names: string[]): Promise<void> {
  await readLists(host)
  await host.$`apt-get install --quiet --yes --no-install-recommends ${names}`
}

async function readLists({ $ }: Host): Promise<void> {
  // Any source that fails is an error: with yesterday's lists it would install what isn't there any more.
  await patiently(() => $({ nothrow: true })`apt-get update --quiet --error-on=any`).catch(
    (cause: unknown) => {
      const why = reasonOf(cause)
      throw new OperatorError("Debian's lists can't be read", {
        why,
        fix: /No space left/.test(why)
          ? makeRoom
          : 'see that the host reaches its Debian mirror (/etc/apt/sources.list.d) and that its clock is right, then run pulumi up again: nothing was installed',
        cause,
      })
    },
  )
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
