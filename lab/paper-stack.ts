import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { $, type ProcessPromise } from 'zx'
import { readToolchain } from '../plugin/toolchain.ts'
import { createApi, type Api } from './digitalocean/api.ts'
import { holdToDescription } from './digitalocean/wire/description.ts'
import { Store } from './digitalocean/state/store.ts'
import { noMachines } from './machines.ts'
import { repository } from './paths.ts'
import { installLanguage, installStandIns } from './stand-ins/install.ts'

/** A stack of the real engine in a cloud whose droplets are on paper. */
export interface PaperStack {
  api: Api
  store: Store
  /** Runs Pulumi; throws with all it said when it fails. */
  pulumi(...args: string[]): Promise<string>
  /** The same, under way: to be killed, or looked at whatever comes of it. */
  begin(...args: string[]): ProcessPromise
  /** Puts a fault in the way of the API's calls. */
  fault(wish: object): Promise<void>
  /** Takes all faults away and answers how often each was hit. */
  clearFaults(): Promise<number[]>
  remove(): Promise<void>
}

/** For tests of a program, an ES module's text. The cloud's plugins are the stand-ins. */
export async function openPaperStack(
  program: string,
  config: Record<string, unknown> = {},
): Promise<PaperStack> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-paper-'))
  const store = await Store.open(join(folder, 'cloud.json'))
  const machines = noMachines(Array.from({ length: 28 }, (_, index) => `198.51.100.${index + 3}`))
  const api = createApi({ store, machines, log: () => undefined })
  const mismatches = holdToDescription(api)
  await api.listen({ host: '127.0.0.1', port: 0 })
  const home = join(folder, 'home')
  await mkdir(home)
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(join(folder, 'index.js'), program)
  const runtime = { name: 'nodejs', options: { typescript: false } }
  await writeFile(join(folder, 'Pulumi.yaml'), stringify({ name: 'paper', main: 'index.js', runtime }))
  await installStandIns(home)
  const engine = dirname((await readToolchain()).pulumi.path)
  await installLanguage(home, engine)
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), engine, process.env['PATH']].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    NODE_COMPILE_CACHE: join(repository, '.shoestring', 'compiled'),
    DIGITALOCEAN_API_URL: `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`,
    DIGITALOCEAN_TOKEN: 'test-token',
    // The official plugin's first wait is a second.
    DIGITALOCEAN_HTTP_RETRY_WAIT_MIN: '0.05',
  }
  const begin = (...args: string[]) =>
    $({ cwd: folder, env, quiet: true, nothrow: true })`pulumi ${args} --non-interactive --color never`
  const pulumi = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await begin(...args)
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(' ')}\n${stdout}\n${stderr}`)
    return stdout
  }
  await pulumi('stack', 'init', 'test')
  const settings = join(folder, 'Pulumi.test.yaml')
  const made = parse(await readFile(settings, 'utf8')) as object
  await writeFile(settings, stringify({ ...made, config }))
  return {
    api,
    store,
    pulumi,
    begin,
    async fault(wish) {
      const { statusCode, body } = await api.inject({ method: 'POST', url: '/_lab/faults', payload: wish })
      if (statusCode !== 201) throw new Error(body)
    },
    async clearFaults() {
      const { faults } = (await api.inject({ url: '/_lab/faults' })).json<{ faults: { hits: number }[] }>()
      await api.inject({ method: 'DELETE', url: '/_lab/faults' })
      return faults.map(({ hits }) => hits)
    },
    async remove() {
      await api.close()
      await rm(folder, { recursive: true, force: true })
      if (mismatches.length > 0)
        throw new Error(`not as the official description says:\n${mismatches.join('\n')}`)
    },
  }
}
