import { test as hostTest, type TestLab } from '../../lab/testing.ts'
import { harden, type Hardened } from './try-out.ts'

/** One hardened host for all tests of a file. */
export const test = hostTest.extend('web', { scope: 'file' }, async ({}, { onCleanup }) => {
  let opened: Promise<Hardened> | undefined
  onCleanup(async () => (await opened)?.close())
  return { on: (lab: TestLab) => (opened ??= harden(lab)) }
})
