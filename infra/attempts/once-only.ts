import { setTimeout } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'
import type { Thing } from './account.ts'
import type { Kind } from './kind.ts'
import { kinds, type KindName } from './kinds.ts'

// DigitalOcean's plugin asks again when an answer says 5xx or is lost, also after the thing was made; and what an
// attempt made that failed in the end, no state knows of. Whatever is found here would stay, and cost money, for ever.

const triesAfterCleaning = 2
// The plugin waits so long before it asks again, a second unless it is told otherwise: what came sooner was made once,
// and what is new beside it is somebody else's, who is at work in the same account.
const repeatAfterMs = 1000 * Number(process.env['DIGITALOCEAN_HTTP_RETRY_WAIT_MIN'] ?? 1)

/** Looks after the attempts to create something: what a failed or repeated request made besides is removed again. */
export function onceOnly(name: KindName): pulumi.ResourceHookBinding {
  return bindings.get(name) ?? bind(name)
}

const bindings = new Map<KindName, pulumi.ResourceHookBinding>()

function bind(name: KindName): pulumi.ResourceHookBinding {
  const kind: Kind = kinds[name]
  const before = new Map<string, { ids: Set<string>; atMs: number }>()
  const tries = new Map<string, number>()

  /** What matches the inputs and was not there before the attempt. */
  const madeSince = async (urn: string, inputs: Thing): Promise<Thing[]> =>
    (await kind.alike(inputs)).filter((thing) => !before.get(urn)?.ids.has(kind.idOf(thing)))

  const binding = {
    beforeCreate: [
      new pulumi.ResourceHook(`${name}: what is there already`, async ({ urn, newInputs = {} }) => {
        const stray = (await kind.leftBehind?.(newInputs)) ?? []
        await removeAll(kind, stray, 'which an earlier run had left behind')
        const there = await kind.alike(newInputs)
        const ids = new Set(there.map((thing) => kind.idOf(thing)))
        before.set(urn, { ids, atMs: performance.now() })
      }),
    ],
    afterCreate: kind.only
      ? []
      : [
          new pulumi.ResourceHook(`${name}: made once`, async ({ urn, id, newInputs = {} }) => {
            if (performance.now() - (before.get(urn)?.atMs ?? 0) < repeatAfterMs) return
            const twins = (await madeSince(urn, newInputs)).filter((thing) => kind.idOf(thing) !== id)
            await removeAll(kind, twins, 'which a repeated request had made besides')
          }),
        ],
    onError: [
      new pulumi.ErrorHook(`${name}: failed`, async ({ urn, newInputs = {}, failedOperation, errors }) => {
        if (failedOperation !== 'create' || isKept(errors[0])) return false
        let made = await madeSince(urn, newInputs)
        // It may show later what it has made: https://github.com/digitalocean/terraform-provider-digitalocean/issues/1600
        for (let looks = 0; made.length === 0 && wasMissed(errors[0]) && looks < laterLooks; looks += 1) {
          await setTimeout(laterLookMs)
          made = await madeSince(urn, newInputs)
        }
        await removeAll(kind, made, 'which the failed request had made')
        const count = (tries.get(urn) ?? 0) + 1
        tries.set(urn, count)
        // Nothing was made: asking once more would only fail once more.
        return made.length > 0 && count <= triesAfterCleaning
      }),
    ],
  }
  bindings.set(name, binding)
  return binding
}

/** What was made and failed only afterwards, when it was looked at, stays in the state and is gone on with there. */
const isKept = (error = '') => /\bGET https?:|\bwaiting for\b/.test(error)

/** What was made and couldn't be found right after it: the official plugin forgets it. */
const wasMissed = (error = '') => /\bnil state\b|\b404\b/.test(error)
const laterLooks = 10
const laterLookMs = 1000

async function removeAll(kind: Kind, things: Thing[], why: string): Promise<void> {
  for (const thing of things) {
    const what = kind.describe(thing)
    try {
      await kind.remove(thing)
      await pulumi.log.warn(`removed ${what}, ${why}`)
    } catch (error) {
      await pulumi.log.error(
        `${what}, ${why}, is still in the account\n  why   ${(error as Error).message}\n  next  pulumi up   (it is removed then, or delete it by hand)`,
      )
    }
  }
}
