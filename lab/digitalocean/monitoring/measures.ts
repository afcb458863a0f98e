import type { MachineMetrics, Machines } from '../../machines.ts'
import { size } from '../images/sizes.ts'
import type { Droplet } from '../state/state.ts'

interface Sample {
  atMs: number
  metrics: MachineMetrics
  loads: number[]
}

// Of the three load averages.
const loadSpansMs = [60_000, 300_000, 900_000]
const [load1, load5, load15] = [0, 1, 2]

/** Measures droplets; what is a rate is known from the second look on. */
export class Measures {
  readonly #last = new Map<number, Sample>()
  readonly #machines: Machines

  constructor(machines: Machines) {
    this.#machines = machines
  }

  /** Answers what a droplet's metric of a policy's type is, as far as it could be measured. */
  async take(droplet: Droplet): Promise<(type: string) => Promise<number | undefined>> {
    const metrics = droplet.status === 'active' ? await this.#machines.metrics(droplet.id) : undefined
    const before = this.#last.get(droplet.id)
    if (!metrics) {
      this.#last.delete(droplet.id)
      return async () => undefined
    }
    const atMs = performance.now()
    const loads = loadSpansMs.map((spanMs, index) =>
      averaged(before, index, spanMs, atMs, metrics.runningTasks),
    )
    this.#last.set(droplet.id, { atMs, metrics, loads })
    return async (type) => measured(type, { atMs, metrics, loads }, before, droplet)
  }

  /** Forgets droplets that nobody watches any more. */
  keep(ids: ReadonlySet<number>): void {
    for (const id of this.#last.keys()) if (!ids.has(id)) this.#last.delete(id)
  }
}

function averaged(
  before: Sample | undefined,
  index: number,
  spanMs: number,
  atMs: number,
  running: number,
): number {
  if (!before) return running
  const kept = Math.exp(-(atMs - before.atMs) / spanMs)
  return (before.loads[index] ?? running) * kept + running * (1 - kept)
}

const megabits = (bytes: number | undefined) => (bytes === undefined ? undefined : (bytes * 8) / 1e6)

async function measured(
  type: string,
  { atMs, metrics, loads }: Sample,
  before: Sample | undefined,
  droplet: Droplet,
): Promise<number | undefined> {
  const { vcpus = 1, memory = 512 } = size(droplet.size) ?? {}
  const perSecond = (counter: 'cpuSeconds' | 'sentBytes' | 'receivedBytes') => {
    if (!before || metrics[counter] < before.metrics[counter]) return undefined
    return ((metrics[counter] - before.metrics[counter]) / (atMs - before.atMs)) * 1000
  }
  switch (type.replace('v1/insights/droplet/', '')) {
    case 'cpu': {
      const busy = perSecond('cpuSeconds')
      return busy === undefined ? undefined : Math.min(100, (busy / vcpus) * 100)
    }
    case 'memory_utilization_percent':
      return (metrics.memoryBytes / (memory * 2 ** 20)) * 100
    case 'disk_utilization_percent':
      return ((await metrics.diskBytes()) / (droplet.disk * 2 ** 30)) * 100
    case 'public_outbound_bandwidth':
      return megabits(perSecond('sentBytes'))
    case 'public_inbound_bandwidth':
      return megabits(perSecond('receivedBytes'))
    case 'load_1':
      return loads[load1]
    case 'load_5':
      return loads[load5]
    case 'load_15':
      return loads[load15]
    default:
      return undefined
  }
}
