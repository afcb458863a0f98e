import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { startApi } from '../digitalocean/testing.ts'
import { clientNames, reasonToSkip, runClient } from './run-client.ts'

// Each client is a program of its own, and most of its time it waits.
const timeoutMs = 120_000

test.for(clientNames)(
  '%s goes its whole way against the API, unchanged, and leaves the account empty',
  { timeout: timeoutMs },
  async (name, { skip }) => {
    const missing = reasonToSkip(name)
    if (missing) {
      console.warn(missing)
      skip(missing)
    }
    const { api, store, file, logged } = await startApi()
    const url = await api.listen({ host: '127.0.0.1', port: 0 })
    await runClient(name, { api: url, token: 'test-token', wrongToken: '', folder: dirname(file) })
    await api.idle()
    const { actions: _history, projects, ...things } = store.state
    expect(Object.entries(things).filter(([, items]) => Array.isArray(items) && items.length > 0)).toEqual([])
    expect(projects.filter((project) => !project.isDefault)).toEqual([])
    expect(logged.filter(({ status }) => status >= 500 || status === undefined)).toEqual([])
    const refusals = new Set(logged.map(({ status }) => status).filter((status) => status >= 400))
    expect([...refusals].toSorted((a, b) => a - b)).toEqual(expect.arrayContaining([400, 401, 404, 412, 422]))
  },
)
