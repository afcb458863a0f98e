import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { runOverSsh } from './ssh.ts'

test('dials as often as it may, says why nobody answered, and leaves no key behind', async () => {
  const waited: string[] = []
  const order = {
    command: 'true',
    environment: {},
    signal: new AbortController().signal,
    async waiting(why: string) {
      waited.push(why)
    },
    said: () => Promise.resolve(),
  }
  const connection = { host: '127.0.0.1', port: 1, privateKey: 'not a key', dialErrorLimit: 2 }
  await expect(runOverSsh(connection, order)).rejects.toThrow(
    /^no connection to 127\.0\.0\.1, port 1, after 3 attempt\(s\) in \d s: .*Connection refused$/,
  )
  expect(waited).toHaveLength(2)
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('ss-ssh-'))).toEqual([])
})
