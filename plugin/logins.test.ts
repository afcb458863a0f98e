import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ownLogins } from './logins.ts'

const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7lF1tzUKQXwHUfmyoXaSAM7wHFf7cdMzzBrbEBpGIm'

async function keyWith(passphrase: string): Promise<{ file: string; publicKey: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-logins-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'id')
  await promisify(execFile)('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    passphrase,
    '-C',
    'laptop',
    '-f',
    file,
  ])
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() }
}

test('a key file opens the logins of those who have its key, whatever the comment beside it', async () => {
  const { file, publicKey } = await keyWith('')
  await rm(`${file}.pub`)
  const operators = [
    { name: 'ada', keys: [other] },
    { name: 'bob', keys: [other, publicKey.replace('laptop', 'bob@office')] },
    { name: 'eva', keys: [publicKey] },
  ]
  expect(await ownLogins(file, operators)).toEqual(['bob', 'eva'])
  expect(await ownLogins(file, [{ name: 'ada', keys: [other] }])).toEqual([])
})

test('a key with a passphrase is known by the public half beside it', async () => {
  const { file, publicKey } = await keyWith('a passphrase')
  expect(await ownLogins(file, [{ name: 'ada', keys: [publicKey] }])).toEqual(['ada'])
  await rm(`${file}.pub`)
  expect(await ownLogins(file, [{ name: 'ada', keys: [publicKey] }])).toEqual([])
})
