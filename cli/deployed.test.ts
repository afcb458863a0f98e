import { expect, test } from 'vitest'
import { parseState } from './deployed.ts'

const stateOf = (...resources: object[]): string => JSON.stringify({ version: 3, deployment: { resources } })

const host = {
  type: 'shoestring:index:Host',
  urn: 'urn:pulumi:prod::shoestring::shoestring:index:Host::web',
  inputs: { __defaults: [], address: '192.0.2.1', hostKey: 'ssh-ed25519 AAAA', domain: 'example.com' },
}

test('finds host, app and key in a state, with secrets opened', () => {
  const secret = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270' }
  const state = stateOf(
    { type: 'pulumi:pulumi:Stack', urn: 'urn', outputs: { address6: '2001:db8::1' } },
    { type: 'pulumi:providers:shoestring', urn: 'urn', inputs: { sshKeyFile: '/keys/id' } },
    host,
    {
      type: 'shoestring:index:Release',
      urn: 'urn',
      inputs: { hash: 'abc', settings: { ...secret, plaintext: '{"DOMAIN":"example.com"}' } },
    },
  )
  expect(parseState('prod', state)).toEqual({
    stack: 'prod',
    name: 'web',
    host: { address: '192.0.2.1', hostKey: 'ssh-ed25519 AAAA', domain: 'example.com' },
    release: { hash: 'abc', settings: { DOMAIN: 'example.com' } },
    address6: '2001:db8::1',
    sshKeyFile: '/keys/id',
  })
})

test('a stack without a host is told apart, with the command that makes one', () => {
  expect(() => parseState('prod', stateOf())).toThrow(
    expect.objectContaining({ message: 'stack prod has no host yet', fix: 'pulumi up --stack prod' }),
  )
})
