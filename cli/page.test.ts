import { expect, test } from 'vitest'
import { listed, pageWidth } from './page.ts'

test('names each list once and hangs what is longer than a line', () => {
  const long = `${'word '.repeat(20)}end`
  const lines = listed([
    { name: 'firewall', lines: ['close 8080', 'allow 443/udp'] },
    { name: 'caddy', lines: [long] },
  ])
  expect(lines).toEqual([
    '  firewall  close 8080',
    '            allow 443/udp',
    `  caddy     ${'word '.repeat(13)}`.trimEnd(),
    `              ${'word '.repeat(7)}end`,
  ])
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(pageWidth)
})

test('a word that is longer than the page stands whole: people copy it', () => {
  const path = `/etc/${'x'.repeat(100)}`
  expect(listed([{ name: 'a', lines: [`update ${path} now`] }])).toEqual([
    '  a  update',
    `       ${path}`,
    '       now',
  ])
})
