import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { makeCommonPasswords } from './common-passwords-file.ts'
import { prepareDatabase } from './databases.ts'
import { startPostgres } from './embedded-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: string
  }
}

/** One cluster for all tests of a run, with a database of empty tables that each test file copies. */
export default async function testCluster(project: TestProject): Promise<() => Promise<void>> {
  await makeCommonPasswords()
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-pg-'))
  const cluster = await startPostgres(folder)
  await prepareDatabase(cluster.host, 'template_accounts')
  project.provide('postgres', cluster.host)
  return async () => {
    await cluster.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
