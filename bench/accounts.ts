// The accounts service beside the least that could do its work: Fastify and the same session store; and its sign-ins
// beside what hashing alone allows. One machine, one run, in turns; each server a process of its own on a real Postgres.
// `npm run bench:accounts`, with the number of rounds as the first argument, 3 without one.
import { randomBytes } from 'node:crypto'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import autocannon from 'autocannon'
import postgres from 'postgres'
import { serviceRole, prepareDatabase } from '../app/development/databases.ts'
import { startPostgres } from '../app/development/embedded-postgres.ts'
import { Passwords } from '../app/passwords/passwords.ts'
import { bundleApp, bundleEntries } from '../plugin/bundle.ts'
import { repository } from '../plugin/toolchain.ts'

const exec = promisify(execFile)
const rounds = Number(process.argv[2] ?? 3)
const secondsEach = 5
const people = Array.from({ length: 16 }, (_, index) => ({
  email: `person${index}@example.net`,
  password: 'seven green boats',
}))
const [person = { email: '', password: '' }] = people
const browser = { host: 'app.localhost', 'sec-fetch-site': 'same-origin' }
const json = { ...browser, 'content-type': 'application/json' }
// As the unit on a host starts it.
const unit = await readFile(join(repository, 'templates/etc/systemd/system/app@.service.tmpl'), 'utf8')
const flags = /^ExecStart=\{\{ node \}\} (.*) server\.mjs$/m.exec(unit)?.[1]?.split(' ') ?? []
const variables = Object.fromEntries(
  [...unit.matchAll(/(UV_THREADPOOL_SIZE|MALLOC_ARENA_MAX)=(\d+)/g)].map(([, name, value]) => [name, value]),
)
const ports = { ours: 39_101, bare: 39_111 }

const folder = await mkdtemp(join(tmpdir(), 'shoestring-bench-'))
const cluster = await startPostgres(folder)
const children: ChildProcess[] = []
try {
  await prepareDatabase(cluster.host, 'accounts')
  await addPeople()
  await unpack(join(folder, 'release'))
  await writeFile(join(folder, 'secret'), randomBytes(32).toString('base64'))
  const ours = await serve('ours')
  const bare = await serve('bare')
  const times: Record<string, number[]> = {}
  const note = (what: string, value: number) => void (times[what] ??= []).push(value)
  await sleep(3000)
  const idleMb = await rssMb(ours.child)
  const bareMb = await rssMb(bare.child)
  const cookie = await signIn(person)
  const comingBack: autocannon.Request[] = []
  // From a browser that is known: from a new one each sign-in would be worth a mail.
  for (const one of people) {
    const device = (await signIn(one)).split('; ').find((pair) => pair.startsWith('device=')) ?? ''
    comingBack.push({ method: 'POST', headers: { ...json, cookie: device }, body: JSON.stringify(one) })
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['ours', 'bare'] as const) {
      const before = await cpuMs({ ours, bare }[name].child)
      const { requests, errors, non2xx } = await load(
        name,
        '/api/session',
        { headers: { ...browser, cookie } },
        16,
      )
      if (errors + non2xx > 0) throw new Error(`${name}: ${errors} errors, ${non2xx} refused`)
      note(`signed-in requests a second, ${name}`, requests.average)
      note(
        `processor ms a request, ${name}`,
        ((await cpuMs({ ours, bare }[name].child)) - before) / requests.total,
      )
    }
    // Before and after, because a machine of others is not as fast at both times.
    const hashes = [await hashesAlone({})]
    const signInsFrom = await cpuMs(ours.child)
    const signIns = await load('ours', '/api/session', { method: 'POST', requests: comingBack }, 8)
    note('processor ms a sign-in, hash included', ((await cpuMs(ours.child)) - signInsFrom) / signIns['2xx'])
    hashes.push(await hashesAlone({}))
    const rate = signIns['2xx'] / signIns.duration
    const alone = hashes.reduce((sum, each) => sum + each) / hashes.length
    note('sign-ins a second', rate)
    note('hashes a second, two at once and nothing else', alone)
    note('sign-ins, beside hashing alone', rate / alone)
    note('the same, beside hashing in a pool of just two threads', rate / (await hashesAlone(variables)))
    const wrong = JSON.stringify({ ...person, password: 'not this one' })
    const storm = load('ours', '/api/session', { method: 'POST', headers: json, body: wrong }, 16)
    const asked = await load('ours', '/api/session', { headers: { ...browser, cookie } }, 1, secondsEach - 1)
    await storm
    note('who am I while 16 wrong sign-ins run, median ms', asked.latency.p50)
    note('the same, longest ms', asked.latency.max)
  }
  const stormMb = await rssMb(ours.child)
  const bareStormMb = await rssMb(bare.child)
  // What a hash works in is handed back when it is done.
  await sleep(3000)
  const afterMb = await rssMb(ours.child)

  for (const [what, all] of Object.entries(times)) console.log(`${what.padEnd(55)} ${median(all).toFixed(2)}`)
  const ratio = (one: string, other: string) => (median(times[one]) / median(times[other])).toFixed(2)
  console.log(`
signed in, beside the bare one                       ${ratio('signed-in requests a second, ours', 'signed-in requests a second, bare')}   (0.7 is wanted)
sign-ins, beside hashing alone                       ${median(times['sign-ins, beside hashing alone']).toFixed(2)}   (0.9 is wanted)
memory, idle and at the storm's end, MB RSS          ${idleMb.toFixed(0)} / ${stormMb.toFixed(0)}   (75 / 120 is wanted; the bare one ${bareMb.toFixed(0)} / ${bareStormMb.toFixed(0)})
the same 3 s later, MB RSS                           ${afterMb.toFixed(0)}
from start to the first answer                       ${ours.startMs.toFixed(0)} ms   (700 is wanted)`)
} finally {
  for (const child of children) child.kill('SIGKILL')
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
}

async function addPeople(): Promise<void> {
  const db = postgres({
    host: cluster.host,
    database: 'accounts',
    user: 'postgres',
    onnotice: () => undefined,
  })
  const hashed = await new Passwords(db).hash(person.password, '')
  for (const { email } of people) {
    const [{ id }] = await db<[{ id: string }]>`insert into accounts (email) values (${email}) returning id`
    await new Passwords(db).set(id, hashed)
  }
  await db.end()
}

async function hashesAlone(environment: Record<string, string>): Promise<number> {
  const args = [join(import.meta.dirname, 'accounts/argon2-alone.ts'), '4']
  const { stdout } = await exec(process.execPath, args, { env: { ...process.env, ...environment } })
  return Number(stdout)
}

/** The release as it lies on a host, with the two servers to be measured beside it. */
async function unpack(release: string): Promise<void> {
  const entries = await bundleEntries({ ours: 'bench/accounts/ours.ts', bare: 'bench/accounts/bare.ts' })
  for (const [path, content] of Object.entries({ ...(await bundleApp()), ...entries })) {
    await mkdir(dirname(join(release, path)), { recursive: true })
    await writeFile(join(release, path), content)
  }
  await symlink(join(repository, 'node_modules'), join(release, 'node_modules'))
}

async function serve(name: keyof typeof ports): Promise<{ child: ChildProcess; startMs: number }> {
  const start = performance.now()
  const env = {
    PATH: process.env['PATH'],
    PGHOST: cluster.host,
    PGDATABASE: 'accounts',
    PGUSER: serviceRole,
    NODE_ENV: 'production',
    CREDENTIALS_DIRECTORY: folder,
    PORT: String(ports[name]),
    APP_ORIGIN: 'http://app.localhost',
    ADMIN_ORIGIN: 'http://admin.localhost',
    MAIL_SERVER: 'none:',
    ...variables,
  }
  // The log goes where a host's journal would take it.
  const child = spawn(process.execPath, [...flags, join(folder, 'release', `${name}.mjs`)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  children.push(child)
  for (const lastTry = Date.now() + 20_000; ;) {
    const answer = await fetch(`http://127.0.0.1:${ports[name]}/healthz`).catch(() => undefined)
    if (answer?.ok) return { child, startMs: performance.now() - start }
    if (Date.now() > lastTry) throw new Error(`${name} does not answer`)
    await sleep(5)
  }
}

async function signIn(one: typeof person): Promise<string> {
  const { request } = await import('node:http')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request(
    { host: '127.0.0.1', port: ports.ours, path: '/api/session', method: 'POST', headers: json },
    ({ headers, statusCode }) => {
      const cookies = headers['set-cookie']?.map((line) => line.split(';')[0]) ?? []
      if (cookies.length > 0) resolve(cookies.join('; '))
      else reject(new Error(`the sign-in answers ${statusCode}`))
    },
  )
  asked.end(JSON.stringify(one))
  return promise
}

function load(
  name: keyof typeof ports,
  path: string,
  options: Partial<autocannon.Options>,
  connections: number,
  duration = secondsEach,
): Promise<autocannon.Result> {
  return autocannon({ url: `http://127.0.0.1:${ports[name]}${path}`, connections, duration, ...options })
}

/** Processor time that a process has used, in ms; the kernel counts in hundredths of a second. */
async function cpuMs({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * 10
}

async function rssMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

function median(all: number[] = []): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
}
