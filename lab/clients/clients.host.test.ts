import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leftovers } from '../cleanup.ts'
import { readSlot } from '../claim-slot.ts'
import { Store } from '../digitalocean/state/store.ts'
import { kept } from '../kept.ts'
import { down, reset, up } from '../lab.ts'
import { labPaths, type LabPaths } from '../paths.ts'
import type { LabStatus } from '../status.ts'
import { clientNames, reasonToSkip, runClient } from './run-client.ts'

// One lab for all: each client finds the account as empty as the one before it had to leave it.
let folder: string
let paths: LabPaths
let status: LabStatus

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-clients-'))
  paths = labPaths(join(folder, 'lab'))
  status = (await up(paths)).status
})

afterAll(async () => {
  await reset(paths)
  await rm(folder, { recursive: true, force: true })
})

test.for(clientNames)('%s goes its whole way with real hosts behind the API', async (name, { skip }) => {
  const missing = reasonToSkip(name)
  if (missing) skip(missing)
  await runClient(name, { api: status.api, token: await kept(paths.token), wrongToken: '', folder })
  const { droplets, leaving, images } = (await Store.open(paths.cloud)).state
  expect({ droplets, leaving, images }).toEqual({ droplets: [], leaving: [], images: [] })
})

test('what they made is gone from the machine', async () => {
  const slot = (await readSlot(paths.state))!
  expect((await down(paths)).left).toEqual([])
  expect(await leftovers(slot)).toEqual([])
})
