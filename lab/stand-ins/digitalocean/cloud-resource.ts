import { createHash } from 'node:crypto'
import { HalfMade, type Call, type Olds, type ResourceClass } from '../../../plugin/provider.ts'
import { hasUnknown, same, type Bag } from '../../../plugin/values.ts'
import { differences, isNone } from '../differences.ts'
import { textOf } from '../text.ts'
import { ApiError } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { checkInputs } from './check-inputs.ts'
import type { Properties, Words } from './properties.ts'

/** A resource class made of its properties and what it does, with the ways of the bridge that carries the official plugin. */
export function cloudResource(properties: Properties, behaviour: Behaviour): ResourceClass {
  const { inputs, computed, defaults = {}, sets = [], digests = [], autonamed = false, words } = properties
  const left = Object.keys(inputs).filter((property) => !(property in defaults) && !isRequired(property))

  function isRequired(property: string): boolean {
    return (properties.required?.includes(property) ?? false) || (autonamed && property === 'name')
  }

  const canonical = (property: string, value: unknown, all: Bag): unknown => {
    const meant = isNone(value) ? defaults[property] : value
    if (isNone(meant) || hasUnknown(meant)) return meant
    const formed = behaviour.canonical?.(property, meant, all) ?? meant
    return sets.includes(property) ? (formed as unknown[]).map(textOf).toSorted() : formed
  }

  /** What is known of a resource: its outputs, and its inputs where outputs don't tell. */
  const known = ({ inputs: said, outputs }: Olds): Bag => ({ ...said, ...without(outputs, digests) })

  /** Inputs that the program leaves to the cloud, as they are. */
  const unsaidIn = (news: Bag, before: Bag): Bag =>
    Object.fromEntries(left.filter((each) => isNone(news[each])).map((each) => [each, before[each]]))

  /** The API's values; a set in the order that the program has. */
  function inOrder(now: Bag, before: Bag): Bag {
    const kept = Object.entries(now).map(([property, value]) => {
      const old = before[property]
      const sameSet =
        sets.includes(property) && !isNone(old) && same(form(property, old), form(property, value))
      return [property, sameSet ? old : value]
    })
    return Object.fromEntries(kept) as Bag

    function form(property: string, value: unknown): unknown {
      return canonical(property, value, property in before ? before : now)
    }
  }

  function outputsOf(now: Bag, news: Bag): Bag {
    const outputs = told({ ...defaults, ...news, ...inOrder(now, news) })
    const digested = digests.filter((property) => property in outputs)
    return { ...outputs, ...Object.fromEntries(digested.map((each) => [each, sha1(textOf(outputs[each]))])) }
  }

  /** Inputs as a program would have to say them for the API to be like this. */
  function inputsOf(now: Bag, said: Bag, importing: boolean): Bag {
    const found = inOrder(now, said)
    return told(
      Object.fromEntries(
        Object.keys(inputs).flatMap((property) => {
          const [old, value] = [said[property], found[property]]
          if (value === undefined) return [[property, old]]
          // Two ways to say one thing: the program's stays.
          if (!isNone(old) && same(canonical(property, old, said), canonical(property, value, now)))
            return [[property, old]]
          const usual = same(canonical(property, value, now), canonical(property, undefined, now))
          const worthSaying = property in said || (!usual && (importing || property in defaults))
          return worthSaying ? [[property, value]] : []
        }),
      ),
    )
  }

  /** What is there now, or what is known where nobody answers. */
  async function bestKnown(id: string, news: Bag, outputs: Bag): Promise<Bag> {
    const now = await behaviour.read(id, news).catch(() => undefined)
    return now ? outputsOf(now, news) : outputs
  }

  return {
    computed: [...computed],
    unsaid: left,
    recomputed: (olds, news) => behaviour.recomputed?.(known(olds), news) ?? [],
    check(news, olds, fresh) {
      const name = news['name'] ?? olds['name'] ?? `${fresh.name}-${fresh.suffix}`
      const named = autonamed ? { ...news, name } : news
      return { inputs: named, failures: checkInputs(properties, behaviour, named) }
    },
    async diff(_id, olds, news, call) {
      const before = known(olds)
      const changes = differences(inputs, before, { ...news, ...unsaidIn(news, before) }, canonical)
      // A name that somebody chose can't be borne twice; one that was made up ends in seven digits.
      const madeUp = new RegExp(`^${RegExp.escape(call.name)}-[0-9a-f]{7}$`).test(String(news['name']))
      const borneTwice = autonamed && !madeUp && same(before['name'], news['name'])
      return { changes, deleteBeforeReplace: borneTwice && changes.some(({ kind }) => kind === 'replace') }
    },
    async create(news, call) {
      const id = await saying(words.create, behaviour.create({ ...defaults, ...news }, call))
      const now = await saying(words.read, behaviour.read(id, news)).catch((error: Error) => {
        // It is there: the state has to know of it.
        throw new HalfMade(id, outputsOf({}, news), error)
      })
      // The official plugin forgets what it can't find again, and its bridge says so:
      // https://github.com/digitalocean/terraform-provider-digitalocean/issues/1600
      if (!now) throw new Error(`expected non-nil error with nil state during Create of ${call.urn}`)
      return { id, outputs: outputsOf(now, news) }
    },
    async read(id, olds) {
      const [said, shown] = [olds.inputs, olds.outputs].map((bag) => Object.keys(bag).length > 0)
      const now = await saying(words.read, behaviour.read(id, known(olds), !said && !shown))
      if (!now) return undefined
      const { id: newId = id, ...found } = now
      // What the program only looks at has no inputs: it is not the program's to say.
      const inputsNow = said || !shown ? inputsOf(found, olds.inputs, !said) : {}
      return { id: newId, inputs: inputsNow, outputs: outputsOf(found, { ...olds.outputs, ...olds.inputs }) }
    },
    async update(id, olds, news, call: Call) {
      const before = known(olds)
      const after = { ...defaults, ...news, ...unsaidIn(news, before) }
      try {
        await saying(words.update, behaviour.update?.(id, before, after, call))
        const now = await saying(words.read, behaviour.read(id, after))
        if (!now) throw new Error(`${id} is gone`)
        return outputsOf(now, news)
      } catch (error) {
        if (!(error instanceof Error) || error instanceof HalfMade) throw error
        throw new HalfMade(id, await bestKnown(id, after, olds.outputs), error)
      }
    },
    delete: (id, olds, call) =>
      saying(words.delete, behaviour.delete(id, { ...defaults, ...known(olds) }, call)),
  }
}

const told = (bag: Bag): Bag => Object.fromEntries(Object.entries(bag).filter(([, value]) => !isNone(value)))

const without = (bag: Bag, keys: readonly string[]): Bag =>
  Object.fromEntries(Object.entries(bag).filter(([key]) => !keys.includes(key)))

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

/** Puts the official plugin's words before the API's own; what says more already stays as it is. */
export async function saying<T>(words: Words[keyof Words], work: Promise<T> | T): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new Error(`${words}: ${error.message}`, { cause: error })
  }
}
