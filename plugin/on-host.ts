import type { Request } from '../provision/desired.ts'
import { connected, type Place } from './connection.ts'
import { convergeOn, inputChanges, planChanges, planOn, type Plan } from './plan.ts'
import type { Call, Olds, ResourceClass } from './provider.ts'
import type { Ssh } from './ssh.ts'
import type { Bag } from './values.ts'

/** What a resource on a host is made of; how it is planned, converged and looked at is the same for all. */
export interface Concern<Inputs extends Place> {
  /** Why one can't be imported, and what to do instead. */
  readonly noImport: string
  idOf(inputs: Inputs): string
  /** What provision is asked; undefined while the inputs do not say it yet. */
  requestFor(inputs: Inputs, mode: Request['mode']): Promise<Request | undefined>
  /** Brings to the host what the request takes for granted. */
  prepare?(ssh: Ssh, call: Call): Promise<void>
}

type Handlers = Pick<ResourceClass, 'computed' | 'diff' | 'preview' | 'create' | 'read'> &
  Required<Pick<ResourceClass, 'update'>>

/** A resource whose preview and refresh look at the host itself. */
export function onHost<Inputs extends Place>(concern: Concern<Inputs>): Handlers {
  const inputsOf = (bag: Bag): Inputs => bag as unknown as Inputs

  async function plan(inputs: Inputs, call: Call): Promise<Plan> {
    const request = await concern.requestFor(inputs, 'plan')
    return request ? planOn(inputs, request, call) : { steps: [], seen: false }
  }

  async function converge(inputs: Inputs, call: Call): Promise<Bag> {
    const request = await concern.requestFor(inputs, 'converge')
    if (!request) throw new Error(`${call.name}: its inputs are not complete`)
    const work = async (ssh: Ssh): Promise<void> => {
      await concern.prepare?.(ssh, call)
      await convergeOn(ssh, request, call)
    }
    await connected(inputs, call.name, work, { signal: call.signal })
    return { ...(inputs as object), drift: [] }
  }

  return {
    computed: ['drift'],

    async diff(_id: string, olds: Olds, news: Bag, call: Call) {
      const changed = inputChanges(olds.inputs, news)
      const { steps, seen } = await plan(inputsOf(news), call)
      // With the same inputs as last time, whatever is to be done was done to the host by hand.
      const drift = seen && changed.length === 0
      return { changes: [...changed, ...(await planChanges(steps, call, { drift }))] }
    },

    async preview(news: Bag, call: Call) {
      await planChanges((await plan(inputsOf(news), call)).steps, call, { drift: false })
    },

    async create(bag: Bag, call: Call) {
      const inputs = inputsOf(bag)
      return { id: concern.idOf(inputs), outputs: await converge(inputs, call) }
    },

    async read(_id: string, olds: Olds, call: Call) {
      if (!olds.inputs['address']) throw new Error(concern.noImport)
      const { steps, seen } = await plan(inputsOf(olds.inputs), call)
      // Of a host that doesn't answer nothing new is known.
      if (!seen) return olds
      const drift = steps.flatMap(({ step, changes }) => changes.map((summary) => `${step}: ${summary}`))
      return { inputs: olds.inputs, outputs: { ...olds.outputs, drift } }
    },

    update: (_id: string, _olds: Olds, news: Bag, call: Call) => converge(inputsOf(news), call),
  }
}
