import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { missingPackages } from './debian-packages.mjs'
import { requireLinuxRoot, requireSpace } from './machine.mjs'
import { sourcesFile, trixieSources } from './apt-sources.mjs'
import { fetchSettings } from './machine-apt.mjs'
import { scratchFolder } from './scratch-folder.ts'

const folder = scratchFolder

const statfs = () => ({ bavail: 300_000, bsize: 4096 })

test('too little disk is said with what is there and what to do', () => {
  expect(() => requireSpace('/nowhere/yet/shoestring', 2, statfs)).toThrow(
    expect.objectContaining({
      message: 'less than 2 GB of disk are free',
      why: '/nowhere/yet/shoestring keeps the engine and the Debian image; its file system has 1.2 GB left',
      fix: expect.stringContaining('XDG_CACHE_HOME'),
    }),
  )
  expect(() => requireSpace('/nowhere/yet/shoestring', 1, statfs)).not.toThrow()
})

test('the lab says that it needs Linux and root, and how to get there', () => {
  expect(() => requireLinuxRoot('start', 'darwin', 501)).toThrow(
    expect.objectContaining({ message: 'the lab needs Linux', why: expect.stringContaining('darwin') }),
  )
  expect(() => requireLinuxRoot('test', 'linux', 1000)).toThrow(
    expect.objectContaining({ message: 'the lab needs root', fix: 'sudo env "PATH=$PATH" npm test' }),
  )
  expect(() => requireLinuxRoot('start', 'linux', 0)).not.toThrow()
})

test('a package counts as installed only when it is', () => {
  const status = join(folder(), 'status')
  const all = missingPackages('lab', writeStatus(status, []))
  writeStatus(
    status,
    all.map((name) => [name, name === 'nftables' ? 'deinstall ok config-files' : 'install ok installed']),
  )
  expect(missingPackages('lab', status)).toEqual(['nftables'])
  expect(missingPackages('test', status)).toEqual(['nftables', 'chromium', 'python3-pip'])
})

test('the image takes the mirrors the machine has, for trixie', () => {
  const etc = folder()
  mkdirSync(join(etc, 'sources.list.d'))
  writeFileSync(
    join(etc, 'sources.list.d', 'debian.sources'),
    `Types: deb
# a comment
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://old.example/debian
Suites: bookworm-security
Components: main
`,
  )
  // Another archive with Debian's names for its folder and suite.
  writeFileSync(
    join(etc, 'sources.list.d', 'other.list'),
    'deb [signed-by=/usr/share/keyrings/other.gpg] https://pkgs.example/stable/debian bookworm main\n' +
      'deb-src http://mirror.example/debian bookworm main\n' +
      'deb http://security.example/debian-security bookworm-security main contrib\n',
  )
  const sources = trixieSources(etc)
  expect(sources).toEqual([
    { uri: 'http://mirror.example/debian', suite: 'trixie' },
    { uri: 'http://mirror.example/debian', suite: 'trixie-updates' },
    { uri: 'http://security.example/debian-security', suite: 'trixie-security' },
  ])
  expect(sourcesFile(sources)).toContain('URIs: http://mirror.example/debian\nSuites: trixie-updates\n')
})

test('a cloud image names its mirrors in a file', () => {
  const etc = folder()
  const list = join(etc, 'debian.list')
  writeFileSync(list, 'https://cloud.example/debian\thigh\nhttps://second.example/debian\n')
  mkdirSync(join(etc, 'sources.list.d'))
  writeFileSync(
    join(etc, 'sources.list.d', 'debian.sources'),
    `Types: deb deb-src\nURIs: mirror+file://${list}\nSuites: trixie\nComponents: main\n`,
  )
  expect(trixieSources(etc)).toEqual([{ uri: 'https://cloud.example/debian', suite: 'trixie' }])
})

test('a machine without Debian sources is told to name a mirror', () => {
  expect(() => trixieSources(folder())).toThrow('there is no mirror to make the Debian 13 image from')
})

test('settings of how apt fetches go into the image, hooks do not', () => {
  const etc = folder()
  mkdirSync(join(etc, 'apt.conf.d'))
  writeFileSync(join(etc, 'apt.conf.d', '99proxy'), 'Acquire::http::Proxy "http://proxy.example:3128";\n')
  writeFileSync(join(etc, 'apt.conf.d', '50desktop'), 'Acquire::IndexTargets { deb::DEP-11 {}; };\n')
  writeFileSync(join(etc, 'apt.conf.d', '20hook'), 'Acquire::Retries "3";\nDPkg::Post-Invoke { "true"; };\n')
  writeFileSync(join(etc, 'apt.conf.d', '01other'), 'APT::NeverAutoRemove "x";\n')
  expect(fetchSettings(etc)).toEqual({ '99proxy': 'Acquire::http::Proxy "http://proxy.example:3128";\n' })
})

function writeStatus(file: string, packages: string[][]) {
  writeFileSync(
    file,
    packages.map(([name, status]) => `Package: ${name}\nStatus: ${status}\nVersion: 1\n`).join('\n'),
  )
  return file
}
