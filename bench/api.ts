import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createApi } from '../lab/digitalocean/api.ts'
import { jsonLines } from '../lab/digitalocean/wire/request-log.ts'
import { Store } from '../lab/digitalocean/state/store.ts'
import { noMachines } from '../lab/machines.ts'

// How many calls a second the lab's API answers on one core, over loopback HTTP, durable and logged as in the lab.
// The server has core 0, what asks it core 1.
const connections = 16
const warmUpMs = 1000
const measureMs = 4000
const droplets = 20

async function serve(folder: string): Promise<void> {
  const addresses = Array.from({ length: droplets + 5 }, (_, index) => `198.51.100.${index + 3}`)
  const store = await Store.open(join(folder, 'cloud.json'))
  const log = jsonLines(join(folder, 'requests.jsonl'))
  const api = createApi({ store, machines: noMachines(addresses), log })
  console.log(await api.listen({ host: '127.0.0.1', port: 0 }))
  process.on('SIGTERM', () => void api.close().then(() => process.exit(0)))
}

type Call = (method: string, path: string, body?: object) => Promise<{ status: number; body: any }>

function client(url: string): Call {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: 'Bearer bench', 'content-type': 'application/json' }
      const asked = request(`${url}/v2${path}`, { method, agent, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          resolve({ status: answer.statusCode ?? 0, body: text === '' ? undefined : text })
        })
      })
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

interface Figure {
  perSecond: number
  /** Of the server's own processor time: what an otherwise idle machine would show. */
  perCpuSecond: number
  p50Ms: number
  p99Ms: number
}

// Linux counts a process's time in hundredths of a second.
async function cpuMs(pid: number): Promise<number> {
  const [, fields = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')
  const [user, system] = fields.split(' ').slice(11).map(Number)
  return ((user ?? 0) + (system ?? 0)) * 10
}

/** All connections ask without pause; what `ask` does is one or more calls. */
async function measure(
  pid: number,
  ask: (worker: number) => Promise<unknown>,
  callsPerAsk = 1,
): Promise<Figure> {
  const tookMs: number[] = []
  let asked = 0
  const cpuBeforeMs = await cpuMs(pid)
  const beginMs = performance.now() + warmUpMs
  const endMs = beginMs + measureMs
  const worker = async (_: unknown, index: number) => {
    for (;;) {
      const startMs = performance.now()
      if (startMs >= endMs) return
      await ask(index)
      asked += callsPerAsk
      if (startMs >= beginMs) tookMs.push(performance.now() - startMs)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const sorted = tookMs.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10
  return {
    perSecond: Math.round((tookMs.length * callsPerAsk) / (measureMs / 1000)),
    perCpuSecond: Math.round(asked / (((await cpuMs(pid)) - cpuBeforeMs) / 1000)),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-bench-'))
  const server = spawn('taskset', ['-c', '0', process.execPath, import.meta.filename, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const { pid = 0 } = server
    const call = client(String(line).trim())
    const order = { region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
    let id = 0
    for (let index = 0; index < droplets; index += 1) {
      const { body } = await call('POST', '/droplets', { ...order, name: `web-${index}` })
      id = JSON.parse(body).droplet.id
    }
    const figures = {
      'GET a droplet': await measure(pid, () => call('GET', `/droplets/${id}`)),
      'GET a tag list': await measure(pid, () => call('GET', '/tags')),
      [`GET ${droplets} droplets`]: await measure(pid, () => call('GET', '/droplets')),
      'POST and DELETE a tag': await measure(
        pid,
        async (worker) => {
          await call('POST', '/tags', { name: `t${worker}` })
          await call('DELETE', `/tags/t${worker}`)
        },
        2,
      ),
    }
    console.table(figures)
  } finally {
    server.kill()
    await once(server, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
}

const [folder] = process.argv.slice(2)
if (folder) await serve(folder)
else await run()
