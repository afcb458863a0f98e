import type { Call, CheckFailure, Olds, ResourceClass } from '../../../plugin/provider.ts'
import { hasUnknown, same, type Bag } from '../../../plugin/values.ts'
import { differences, isNone, type OnChange } from '../differences.ts'

/** The properties of a resource: what each input does when it changes, and what only the API says. */
export interface Properties {
  readonly inputs: Readonly<Record<string, OnChange>>
  readonly computed: readonly string[]
  /** What the API has where the program says nothing; an input without one is not compared then. */
  readonly defaults?: Bag
  /** Whether a name is made up where the program gives none. */
  readonly autonamed?: boolean
}

/** What a resource does with the API. */
export interface Behaviour {
  /** Gives inputs that mean the same one form: sets sorted, names relative. */
  canonical?(property: string, value: unknown, inputs: Bag): unknown
  check?(inputs: Bag): CheckFailure[]
  create(inputs: Bag, call: Call): Promise<string>
  /** All the API tells, as properties: null for what isn't set, undefined for what it keeps to itself. */
  read(id: string, olds: Bag): Promise<(Bag & { id?: string }) | undefined>
  /** What outputs show of what is known. */
  shown?(outputs: Bag): Bag
  update?(id: string, olds: Bag, news: Bag, call: Call): Promise<void>
  delete(id: string, olds: Olds, call: Call): Promise<void>
}

/** A resource class made of its properties and what it does. */
export function cloudResource(properties: Properties, behaviour: Behaviour): ResourceClass {
  const { inputs, computed, autonamed } = properties
  const canonical = (property: string, value: unknown, all: Bag): unknown => {
    const meant = isNone(value) ? properties.defaults?.[property] : value
    return isNone(meant) || hasUnknown(meant) ? meant : (behaviour.canonical?.(property, meant, all) ?? meant)
  }

  /** Outputs: what went in, overruled by what the API says. */
  async function outputsOf(id: string, news: Bag): Promise<Bag> {
    const now = await behaviour.read(id, news)
    if (!now) throw new Error(`it was made as ${id}, and then it was gone`)
    return shown({ ...news, ...kept(now, news) })
  }

  function shown(known: Bag): Bag {
    const outputs = told({ ...properties.defaults, ...known })
    return behaviour.shown?.(outputs) ?? outputs
  }

  /** The API's values, each in the words that the inputs already have for it. */
  function kept(now: Bag, before: Bag): Bag {
    const words = Object.entries(now).map(([property, value]) => {
      const old = before[property]
      const unchanged =
        property in inputs && same(canonical(property, old, before), canonical(property, value, now))
      return [property, unchanged && !isNone(old) ? old : value]
    })
    return Object.fromEntries(words) as Bag
  }

  /** Inputs as a program would have to say them for the API to be like this. */
  function inputsOf(now: Bag, before: Bag): Bag {
    const importing = Object.keys(before).length === 0
    const found = kept(now, before)
    return told(
      Object.fromEntries(
        Object.keys(inputs).flatMap((property) => {
          if (found[property] === undefined) return [[property, before[property]]]
          const usual = properties.defaults?.[property]
          const said = property in before || importing || usual !== undefined
          const isUsual =
            !(property in before) &&
            same(canonical(property, found[property], now), canonical(property, usual, now))
          return said && !isUsual ? [[property, found[property]]] : []
        }),
      ),
    )
  }

  return {
    computed: [...computed],
    check(news, olds, fresh) {
      const stray = Object.keys(news).filter((property) => !(property in inputs))
      const failures = [
        ...stray.map((property) => ({
          property,
          reason: `the lab's stand-in plugin doesn't know ${property}; the official one might`,
        })),
        ...(behaviour.check?.(news) ?? []),
      ]
      if (!autonamed || !isNone(news['name'])) return { inputs: news, failures }
      return { inputs: { ...news, name: olds['name'] ?? `${fresh.name}-${fresh.suffix}` }, failures }
    },
    async diff(_id, olds, news, call) {
      const changes = differences(inputs, olds.inputs, news, canonical)
      // A name that somebody chose can't be borne twice; one that was made up ends in seven digits.
      const chosen =
        autonamed === true &&
        !new RegExp(`^${RegExp.escape(call.name)}-[0-9a-f]{7}$`).test(String(news['name']))
      return { changes, deleteBeforeReplace: chosen && changes.some(({ kind }) => kind === 'replace') }
    },
    async create(news, call) {
      const id = await behaviour.create(news, call)
      return { id, outputs: await outputsOf(id, news) }
    },
    async read(id, olds) {
      const now = await behaviour.read(id, olds.inputs)
      if (!now) return undefined
      const { id: newId = id, ...found } = now
      return {
        id: newId,
        inputs: inputsOf(found, olds.inputs),
        outputs: shown({ ...olds.outputs, ...olds.inputs, ...kept(found, olds.inputs) }),
      }
    },
    async update(id, olds, news, call) {
      await behaviour.update?.(id, olds.inputs, news, call)
      return outputsOf(id, news)
    },
    delete: (id, olds, call) => behaviour.delete(id, olds, call),
  }
}

const told = (bag: Bag): Bag => Object.fromEntries(Object.entries(bag).filter(([, value]) => !isNone(value)))
