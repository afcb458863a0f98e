import { noMachines, type Machines } from '../../machines.ts'
import { createApi, type Api } from '../api.ts'
import { Store } from './store.ts'
import { testAddresses } from '../testing.ts'

const never = new Promise<never>(() => {})

/** What is on the machine itself, which no kill of the lab changes. */
export interface World {
  running: Map<number, boolean>
  captures: Set<number>
  led: Map<string, number>
}

/** A lab in a process that ends at a moment: before or after any step on a machine and any change of its state. */
export class Life {
  #moments = 0
  #endAt = Number.POSITIVE_INFINITY
  #ended!: () => void
  readonly ended = new Promise<'killed'>((resolve) => {
    this.#ended = () => resolve('killed')
  })

  endAt(moment: number): void {
    this.#moments = 0
    this.#endAt = moment
  }

  async moment(): Promise<void> {
    this.#moments += 1
    if (this.#moments < this.#endAt) return
    this.#ended()
    await never
  }

  /** Something that happens at once, if the process is still there to do it. */
  readonly step = async <T>(what: () => T | Promise<T>): Promise<T> => {
    await this.moment()
    const result = await what()
    await this.moment()
    return result
  }
}

function machinesIn({ running, captures, led }: World, { step }: Life): Machines {
  const set = (id: number, on: boolean) => step(() => void running.set(id, on))
  return {
    ...noMachines(testAddresses),
    create: ({ id }) => set(id, true),
    rebuild: ({ id }) => set(id, true),
    powerOn: (id) => set(id, true),
    powerOff: (id) => set(id, false),
    shutdown: (id) => set(id, false),
    reboot: (id) => set(id, true),
    destroy: (id) => step(() => void running.delete(id)),
    running: async (id) => running.get(id) ?? false,
    list: async () => ({ machines: [...running.keys()], captures: [...captures] }),
    capture: (_id, imageId) =>
      step(() => {
        captures.add(imageId)
        return { bytes: 1 }
      }),
    removeCapture: (imageId) => step(() => void captures.delete(imageId)),
    filter: () => step(() => undefined),
    reserve: (assignments) =>
      step(() => {
        led.clear()
        for (const { ip, machineId } of assignments) led.set(ip, machineId)
      }),
  }
}

/** A lab over that state, on that machine. */
export async function start(file: string, world: World, life: Life): Promise<{ api: Api; store: Store }> {
  const store = await Store.open(file)
  const change = store.change.bind(store)
  store.change = (edit) => life.step(() => change(edit))
  return { api: createApi({ store, machines: machinesIn(world, life), log: () => undefined }), store }
}

/** What a test does with such a lab; a refusal is an error. */
export function client(api: Api) {
  const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object): Promise<any> => {
    const headers = { authorization: 'Bearer t' }
    const answer = await api.inject({ method, url: `/v2${path}`, headers, ...(payload ? { payload } : {}) })
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.body}`)
    return answer.body ? answer.json() : undefined
  }
  return {
    call,
    droplet: async (): Promise<number> => {
      const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
      const { droplet } = await call('POST', '/droplets', order)
      await api.idle()
      return droplet.id
    },
    reservedIp: async (): Promise<string> =>
      (await call('POST', '/reserved_ips', { region: 'fra1' })).reserved_ip.ip,
  }
}

export type Client = ReturnType<typeof client>

export const act = ({ call }: Client, id: number, action: object) =>
  call('POST', `/droplets/${id}/actions`, action)
