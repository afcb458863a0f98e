import type { CheckFailure } from '../../../plugin/provider.ts'
import { hasUnknown, type Bag } from '../../../plugin/values.ts'
import { isNone } from '../differences.ts'
import type { Behaviour } from './behaviour.ts'
import type { Properties } from './properties.ts'

/** What is wrong with inputs before anything is asked of the API; what isn't known yet is not judged. */
export function checkInputs(properties: Properties, behaviour: Behaviour, news: Bag): CheckFailure[] {
  const { inputs, required = [], oneOf = {}, refused = {} } = properties
  const said = Object.entries(news).filter(([, value]) => !isNone(value))
  return [
    ...said
      .filter(([property]) => !(property in inputs) && !(property in refused))
      .map(([property]) => failure(property, `the lab's stand-in plugin has no ${property}; ${officialOne}`)),
    ...said
      .filter(([property, value]) => property in refused && !isEmpty(value))
      .map(([property]) =>
        failure(property, `the lab's stand-in plugin has no ${property}: ${refused[property]}`),
      ),
    ...required
      .filter((property) => isNone(news[property]))
      .map((property) => failure(property, `Missing required property '${property}'`)),
    ...Object.entries(oneOf)
      .filter(([property, values]) => wrong(news[property], values))
      .map(([property, values]) =>
        failure(
          property,
          `expected ${property} to be one of ${JSON.stringify(values)}, got ${String(news[property])}`,
        ),
      ),
    ...(hasUnknown(news) ? [] : (behaviour.check?.(news) ?? [])),
  ]
}

const officialOne = 'it takes what the official one takes, so see its spelling first'

const failure = (property: string, reason: string): CheckFailure => ({ property, reason })

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0

const wrong = (value: unknown, values: readonly unknown[]) =>
  !isNone(value) && !hasUnknown(value) && !values.includes(value)
