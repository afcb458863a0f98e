import { expect, test } from 'vitest'
import { relyingPartyOf } from './relying-party.ts'

const names = (app: string, admin: string) =>
  (['app', 'admin'] as const).map((site) => relyingPartyOf({ origins: { app, admin } }, site))

test('one passkey serves both sites of a domain', () => {
  expect(names('https://app.example.com', 'https://admin.example.com')).toEqual([
    'example.com',
    'example.com',
  ])
  expect(names('https://app.x7k2.example.com', 'https://admin.x7k2.example.com')).toEqual([
    'x7k2.example.com',
    'x7k2.example.com',
  ])
  expect(names('https://app.example.localhost:8443', 'https://admin.example.localhost:8443')).toEqual([
    'example.localhost',
    'example.localhost',
  ])
  expect(names('https://example.com', 'https://admin.example.com')).toEqual(['example.com', 'example.com'])
})

test('sites that share no domain have passkeys of their own', () => {
  expect(names('http://app.localhost:3000', 'http://admin.localhost:3001')).toEqual([
    'app.localhost',
    'admin.localhost',
  ])
  expect(names('https://app.example.com', 'https://admin.example.org')).toEqual([
    'app.example.com',
    'admin.example.org',
  ])
  expect(names('https://app.example.com', 'https://admin.myexample.com')).toEqual([
    'app.example.com',
    'admin.myexample.com',
  ])
})
