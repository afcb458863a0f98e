import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { bundleApp } from './bundle.ts'

test('whatever the app reads beside its code lies beside the bundle in a release', async () => {
  const release = await bundleApp()
  const sources = await Array.fromAsync(
    glob('app/**/*.ts', { exclude: ['app/development/**', '**/*.test.ts'] }),
  )
  const texts = await Promise.all(sources.map((path) => readFile(path, 'utf8')))
  const read = texts.flatMap((text) => [
    ...text.matchAll(/new URL\('\.\/([\w./-]+\.\w+)', import\.meta\.url\)/g),
  ])
  const names = read.map(([, name = '']) => name)
  expect(names).toEqual(expect.arrayContaining(['style.css', 'pages.js', 'common-passwords.bloom']))
  expect(names.filter((name) => !(name in release))).toEqual([])
})

test('the code of a release is ASCII: one other character in a file doubles what it takes in memory', async () => {
  const code = Object.entries(await bundleApp()).filter(([path]) => path.endsWith('.mjs'))
  const other = code.filter(([, bytes]) => bytes.some((byte) => byte > 127)).map(([path]) => path)
  expect(code.length).toBeGreaterThan(2)
  expect(other).toEqual([])
})
