import type { Request } from '../provision/desired.ts'
import { comeInAfresh, connected, type Place } from './connection.ts'
import { convergeOn, inputChanges, planChanges, planOn, type Plan } from './plan.ts'
import type { Call, Olds, ResourceClass } from './provider.ts'
import type { Ssh } from './ssh.ts'
import { same, type Bag } from './values.ts'

/** What a resource on a host is made of; how it is planned, converged and looked at is the same for all. */
export interface Concern<Inputs extends Place> {
  /** Why one can't be imported, and what to do instead. */
  readonly noImport: string
  idOf(inputs: Inputs): string
  /** What provision is asked; undefined while the inputs do not say it yet. */
  requestFor(inputs: Inputs, mode: Request['mode'], keepLogins?: string[]): Promise<Request | undefined>
  /** Whether these inputs, noted by the last update, belong to what lies here now; always, where it is not said. */
  madeAsHere?(inputs: Bag): Promise<boolean>
  /** Brings to the host what the request takes for granted. */
  prepare?(ssh: Ssh, call: Call): Promise<void>
  /** What only the converged host can tell, by the name of the output; unknown in a preview that changes `from`. */
  told?: {
    names: readonly string[]
    from: readonly (keyof Inputs & string)[]
    ask(ssh: Ssh, inputs: Inputs): Promise<Bag>
  }
}

type Handlers = Pick<ResourceClass, 'computed' | 'recomputed' | 'diff' | 'preview' | 'create' | 'read'> &
  Required<Pick<ResourceClass, 'update'>>

/** A resource whose preview and refresh look at the host itself. */
export function onHost<Inputs extends Place>(concern: Concern<Inputs>): Handlers {
  const inputsOf = (bag: Bag): Inputs => bag as unknown as Inputs

  async function plan(inputs: Inputs, call: Call, former?: Inputs): Promise<Plan> {
    const request = await concern.requestFor(inputs, 'plan')
    return request ? planOn(inputs, request, call, former?.operators) : { steps: [], seen: false }
  }

  async function converge(inputs: Inputs, call: Call, former?: Inputs): Promise<Bag> {
    let told: Bag = {}
    let prepared = false
    const work = async (ssh: Ssh): Promise<boolean> => {
      const { login = 'root', nextLogin } = ssh.destination
      if (login !== 'root' && nextLogin === undefined) throw retired(call.name, login)
      // Whom the settings no longer let in is shut out by who comes after, once that one has come in.
      const keep = nextLogin === undefined || login === nextLogin ? undefined : [login]
      const request = await concern.requestFor(inputs, 'converge', keep)
      if (!request) throw new Error(`${call.name}: its inputs are not complete`)
      if (!prepared) await concern.prepare?.(ssh, call)
      prepared = true
      await convergeOn(ssh, request, call)
      told = (await concern.told?.ask(ssh, inputs)) ?? {}
      return keep !== undefined
    }
    const { signal } = call
    const again = await connected(inputs, call.name, work, { signal, former: former?.operators ?? [] })
    if (again) {
      await comeInAfresh(inputs)
      await connected(inputs, call.name, work, { signal })
    }
    return { ...(inputs as object), ...told, drift: [] }
  }

  return {
    computed: ['drift', ...(concern.told?.names ?? [])],

    recomputed: ({ inputs }, news) =>
      concern.told?.from.some((key) => !same(inputs[key], news[key])) ? concern.told.names : [],

    async diff(_id: string, olds: Olds, news: Bag, call: Call) {
      const changed = inputChanges(olds.inputs, news)
      const { steps, seen } = await plan(inputsOf(news), call, inputsOf(olds.inputs))
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
      // Of a host that another state of this repository made nobody can say here what was changed by hand.
      if ((await concern.madeAsHere?.(olds.inputs)) === false) {
        await call.warn(
          'what lies here has changed since the last update: not compared; pulumi preview tells',
        )
        return olds
      }
      const { steps, seen } = await plan(inputsOf(olds.inputs), call)
      // Of a host that doesn't answer nothing new is known.
      if (!seen) return olds
      const drift = steps.flatMap(({ step, changes }) => changes.map((summary) => `${step}: ${summary}`))
      return { inputs: olds.inputs, outputs: { ...olds.outputs, drift } }
    },

    update: (_id: string, olds: Olds, news: Bag, call: Call) =>
      converge(inputsOf(news), call, inputsOf(olds.inputs)),
  }
}

function retired(name: string, login: string): Error {
  return new Error(
    `${name}: this would shut you out\n` +
      `  why   you come in as ${login}, whom the settings no longer name, and your key is no other operator's\n` +
      `  next  name the new operator beside ${login}, run pulumi up, and let the new one take ${login} out`,
  )
}
