import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder for the test that asks; gone with it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoestring-toolchain-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
