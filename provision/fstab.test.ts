import { expect, test } from 'vitest'
import { withLines } from './fstab.ts'

const ours = [
  { path: '/dev', type: 'devtmpfs', options: ['nosuid', 'noexec'] },
  { path: '/proc', type: 'proc', options: ['nosuid', 'hidepid=invisible'] },
]
const heading = '# Written by shoestring; changes by hand of these lines are undone.\n'
const lines = 'devtmpfs /dev devtmpfs nosuid,noexec 0 0\nproc /proc proc nosuid,hidepid=invisible 0 0\n'
const root = 'UUID=1 / ext4 rw,discard 0 1\n'

test('adds its lines after those of others, and only once', () => {
  expect(withLines('', ours)).toBe(heading + lines)
  expect(withLines(root, ours)).toBe(root + heading + lines)
  expect(withLines(root + heading + lines, ours)).toBe(root + heading + lines)
})

test('leaves the lines of others where they are, also behind its own', () => {
  const withVolume = `${root}${heading}${lines}LABEL=data /srv ext4 noatime 0 2\n`
  expect(withLines(withVolume, ours)).toBe(withVolume)
})

test('puts back what somebody changed, doubled or took out', () => {
  const loose = `${root}${heading}${lines.replace('nosuid,noexec', 'exec')}`
  expect(withLines(loose, ours)).toBe(root + heading + lines)
  expect(withLines(`proc\t/proc proc defaults 0 0\n${root}${heading}${lines}`, ours)).toBe(
    root + heading + lines,
  )
  expect(withLines(root + heading, ours)).toBe(root + heading + lines)
  expect(withLines(`# proc /proc is not ours\n${root}`, ours)).toBe(
    `# proc /proc is not ours\n${root}${heading}${lines}`,
  )
})
