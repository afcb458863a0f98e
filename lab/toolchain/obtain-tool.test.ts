import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { knownTool, obtainTool } from './obtain-tool.mjs'
import { openLog } from './run.mjs'
import { sumOf } from './release.mjs'
import type { Tool } from './tools.mjs'
import { scratchFolder } from './scratch-folder.ts'

const folder = scratchFolder

/** A program that says a version, as all the tools do. */
function program(file: string, version: string) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\necho "v${version}"\n`)
  chmodSync(file, 0o755)
}

/** A tool whose official release is a real archive on this disk. */
function tool({ version = '1.2.3', sum = '', module = 'pebble' } = {}): Tool {
  const mirror = folder()
  program(join(mirror, 'frob-linux', 'frob'), version)
  const archive = join(mirror, 'frob-1.2.3.tar.gz')
  execFileSync('tar', ['-czf', archive, '-C', mirror, 'frob-linux'])
  const right = createHash('sha256').update(readFileSync(archive)).digest('hex')
  writeFileSync(
    join(mirror, 'sums.txt'),
    `${'0'.repeat(64)}  other.tar.gz\n${sum || right}  frob-1.2.3.tar.gz\n`,
  )
  return {
    name: 'frob',
    program: 'frob',
    companions: [],
    version: '1.2.3',
    versionArgs: ['version'],
    fits: (found) => found.startsWith('1.2.'),
    release: {
      archive: pathToFileURL(archive).href,
      sums: pathToFileURL(join(mirror, 'sums.txt')).href,
      algorithm: 'sha256',
      folder: 'frob-linux',
    },
    sources: [{ module, package: 'example.invalid/no/such/package', ldflags: '' }],
  }
}

function how(path: string) {
  const said: string[] = []
  const log = openLog(join(folder(), 'setup.log'))
  return { cache: join(folder(), 'cache'), path, log, say: (text: string) => said.push(text), said }
}

test('a program on PATH in a version that fits is taken', async () => {
  const bin = folder()
  program(join(bin, 'frob'), '1.2.9')
  const found = await obtainTool(tool(), how(bin))
  expect(found).toMatchObject({ path: join(bin, 'frob'), version: '1.2.9', origin: 'PATH' })
})

test('it is known the next time, until it is replaced', async () => {
  const bin = folder()
  program(join(bin, 'frob'), '1.2.9')
  const where = how(bin)
  const last = await obtainTool(tool(), where)
  expect(knownTool(tool(), { cache: where.cache, last })).toBe(last)
  program(join(bin, 'frob'), '1.3.10')
  expect(knownTool(tool(), { cache: where.cache, last })).toBeUndefined()
})

test.each([
  ['in another version', (bin: string) => program(join(bin, 'frob'), '1.3.0')],
  ['without its companion', (bin: string) => program(join(bin, 'frob'), '1.2.3')],
])('a program on PATH %s is not: the release is fetched and kept', async (reason, prepare) => {
  const bin = folder()
  prepare(bin)
  const wanted = tool()
  if (reason.includes('companion')) {
    wanted.companions = ['frob-language']
    const unpacked = folder()
    program(join(unpacked, 'frob-linux', 'frob'), '1.2.3')
    program(join(unpacked, 'frob-linux', 'frob-language'), '1.2.3')
    const archive = new URL(wanted.release.archive).pathname
    execFileSync('tar', ['-czf', archive, '-C', unpacked, 'frob-linux'])
    const sum = createHash('sha256').update(readFileSync(archive)).digest('hex')
    writeFileSync(new URL(wanted.release.sums).pathname, `${sum}  frob-1.2.3.tar.gz\n`)
  }
  const where = how(bin)

  const found = await obtainTool(wanted, where)

  expect(found).toMatchObject({ version: '1.2.3', origin: 'official release' })
  expect(readdirSync(dirname(found.path)).toSorted()).toEqual(['frob', ...wanted.companions, 'made.json'])
  expect(knownTool(wanted, { cache: where.cache, last: undefined })).toEqual(found)
})

test('a release with a wrong sum stops everything: it is not built instead', async () => {
  const where = how('')
  const failing = obtainTool(tool({ sum: 'f'.repeat(64) }), where)
  await expect(failing).rejects.toMatchObject({
    message: 'frob-1.2.3.tar.gz is not what its publisher made',
    why: expect.stringContaining('its publisher says ffffffffffffffff…'),
  })
  expect(readdirSync(where.cache)).toEqual([])
})

test('a release that says another version is refused', async () => {
  await expect(obtainTool(tool({ version: '9.9.9' }), how(''))).rejects.toMatchObject({
    why: 'official release, it says its version is 9.9.9',
  })
})

test('an error names all three ways', async () => {
  const wanted = tool()
  wanted.release.sums = 'file:///nowhere/sums.txt'
  const failing = obtainTool(wanted, how(''))
  await expect(failing).rejects.toMatchObject({
    message: 'frob 1.2.3 could not be had in any of three ways',
    why: expect.stringMatching(/^PATH: no frob.*\nrelease: curl: .*\nbuild from source: /s),
  })
})

test('sums are read as sha256sum writes them and as GitHub tells them', () => {
  expect(sumOf('b.tar.gz', 'aa  a.tar.gz\nbb  b.tar.gz\n', 'sha512')).toBe('bb')
  expect(sumOf('b.tar.gz', 'bb *b.tar.gz\n', 'sha256')).toBe('bb')
  expect(sumOf('c.tar.gz', 'aa  a.tar.gz\n', 'sha256')).toBeUndefined()
  const release = JSON.stringify({ assets: [{ name: 'b.tar.gz', digest: 'sha256:bb' }] })
  expect(sumOf('b.tar.gz', release, 'sha256')).toBe('bb')
  expect(sumOf('b.tar.gz', release, 'sha512')).toBeUndefined()
})
