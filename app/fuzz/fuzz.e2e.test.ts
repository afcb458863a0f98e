import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { cacheFolder } from '../../lab/toolchain/cache.mjs'
import { keptPython } from '../../lab/toolchain/python-packages.mjs'
import { listening } from '../testing.ts'

// Schemathesis makes requests out of the published description: right ones, nearly right ones and nonsense. Whatever it
// sends, the answer is one that the description names, and never a 500.

const leastRequests = 5000
const description = fileURLToPath(new URL('../http/openapi-app.json', import.meta.url))
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]
/** What would end the session that the rest is asked with. */
const endings = ['POST /api/session', 'DELETE /api/session', 'DELETE /api/account', 'POST /api/not-me']

const schemathesis = await keptPython(cacheFolder(), 'schemathesis')
if (!schemathesis) console.warn('skipped: schemathesis could not be had (npm test gets it from PyPI)')

test.skipIf(!schemathesis)(
  `${leastRequests} requests by schemathesis: no 500, no answer that is not described`,
  async () => {
    const { app, settings, signedIn, logged } = await listening({}, 1e6)
    const { cookies } = await signedIn()
    const folder = await mkdtemp(join(tmpdir(), 'shoestring-fuzz-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const sent = () => logged().split('"msg":"answered"').length - 1
    const before = sent()
    const fuzz = async (headers: Record<string, string>, more: string[]) => {
      const fixed = {
        host: new URL(settings.origins.app).host,
        'x-forwarded-proto': 'https',
        'sec-fetch-site': 'same-origin',
        ...headers,
      }
      const options = {
        url: `http://127.0.0.1:${new URL(app).port}`,
        checks: checks.join(','),
        phases: 'examples,coverage,fuzzing',
        'max-examples': '120',
        'suppress-health-check': 'all',
        warnings: 'off',
        workers: '2',
        seed: '6',
      }
      const words = ['-m', 'schemathesis.cli', 'run', description, '--continue-on-failure', '--no-color']
        .concat(Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]))
        .concat(Object.entries(fixed).flatMap(([name, value]) => ['--header', `${name}:${value}`]))
        .concat(more)
      const { python = '', packages = '' } = schemathesis ?? {}
      const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' }
      const told = await promisify(execFile)(python, words, { cwd: folder, env, maxBuffer: 1e8 }).catch(
        (error: { stdout: string }) => error,
      )
      return told.stdout
    }
    for (const report of [
      await fuzz(
        { cookie },
        endings.flatMap((name) => ['--exclude-name', name]),
      ),
      await fuzz({}, []),
    ])
      expect(report.includes('= FAILURES =') || report.includes('= ERRORS =') ? report : '').toBe('')
    expect(sent() - before).toBeGreaterThan(leastRequests)
    expect(logged()).not.toContain('"code":"INTERNAL"')
  },
)
