// `npm run lock`, after a change of dependencies. npm leaves optional packages for other machines out of the lockfile
// where the registry at hand does not serve them, and then `npm ci` refuses that lockfile; here they are put back in by
// name, version and platform. Without their integrity, which is not known here.
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../../package-lock.json', import.meta.url)
const systems = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
])
const processors = new Set(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'])

/** @typedef {{ dev?: boolean, optionalDependencies?: Record<string, string> }} Locked */
/** @type {{ packages: Record<string, Locked> }} */
const lock = JSON.parse(readFileSync(file, 'utf8'))
let added = 0

for (const [path, { dev, optionalDependencies = {} }] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const place = `node_modules/${name}`
    if (lock.packages[`${path ? `${path}/` : ''}${place}`] || lock.packages[place]) continue
    const words = name.split('/').at(-1)?.split('-') ?? []
    const os = words.find((word) => systems.has(word))
    const cpu = words.find((word) => processors.has(word))
    // Only what is for one platform and of one version can be put back from its name.
    if (!os || !cpu || !/^\d/.test(version)) continue
    const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
    const entry = {
      version,
      cpu: [cpu],
      ...(dev && { dev }),
      ...(libc && { libc: [libc] }),
      optional: true,
      os: [os],
    }
    lock.packages[place] = entry
    added++
  }
}

const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
console.log(
  added === 0 ? 'the lockfile is complete' : `${added} packages of other machines put back into the lockfile`,
)
