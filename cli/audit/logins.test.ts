import { expect, test } from 'vitest'
import { parseLogins } from './logins.ts'

const key = 'key 256 SHA256:abc ada@laptop (ED25519)'
const shutOut = (...lines: string[]) => parseLogins(lines).map((login) => login.shutOut)

test('says why sshd lets somebody not in, whatever keys they have', () => {
  expect(shutOut('user root', key, 'sshd permitrootlogin no')).toEqual(['PermitRootLogin no'])
  expect(shutOut('user root', key, 'sshd permitrootlogin without-password')).toEqual([undefined])
  const ada = ['user ada', 'groups ada sudo', key]
  expect(shutOut(...ada, 'sshd allowgroups admins')).toEqual(['in no group of AllowGroups'])
  expect(shutOut(...ada, 'sshd allowgroups admins', 'sshd allowgroups su*')).toEqual([undefined])
  expect(shutOut(...ada, 'sshd allowusers bob')).toEqual(['not in AllowUsers'])
  expect(shutOut(...ada, 'sshd denyusers ada')).toEqual(['named in DenyUsers'])
  expect(shutOut(...ada, 'sshd denyusers ada@10.0.0.0/8')).toEqual([undefined])
  expect(shutOut(...ada, 'expired')).toEqual(['the account has expired'])
})

test('names whom an authority or a command lets in without a key of their own', () => {
  const [ada] = parseLogins([
    'user ada',
    'groups ada',
    'sshd trustedusercakeys /etc/ssh/ca.pub',
    'sshd authorizedkeyscommand none',
  ])
  expect(ada?.beside).toEqual(['trustedusercakeys /etc/ssh/ca.pub'])
})
