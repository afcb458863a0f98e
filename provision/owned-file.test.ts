import { expect, test } from 'vitest'
import { rootFile } from './host.ts'
import { planFiles } from './owned-file.ts'

function diffOf(before: string, after: string, secret = false): string | undefined {
  const now = { ...rootFile, content: before, mtimeMs: 0 }
  return planFiles([{ ...rootFile, path: '/a', content: after, secret }], { '/a': now })[0]?.diff
}

test('a plan shows what changes in a file, and nothing of one that holds secrets', () => {
  expect(diffOf('PermitRootLogin yes\n', 'PermitRootLogin no\n')).toBe(
    '- PermitRootLogin yes\n+ PermitRootLogin no',
  )
  expect(diffOf('a\n', 'b\n', true)).toBeUndefined()
})

test('a secret that someone wrote into a file by hand is not shown', () => {
  const written = 'Environment=SMTP_PASSWORD=hunter2\nPrivateKey = abc=\nlog https://me:hunter2@host/\n'
  expect(diffOf(written, '')).toBe(
    '- Environment=SMTP_PASSWORD=***\n- PrivateKey =***\n- log https://me:***@host/',
  )
  expect(diffOf('PasswordAuthentication yes\n', '')).toBe('- PasswordAuthentication yes')
})
