/** A resource's properties as plain JavaScript: secrets opened, what is not known yet as `unknown`. */
export type Bag = Record<string, unknown>

/** Pulumi's wire marks (sdk/nodejs/runtime/rpc.ts): a value not known before the update, and a wrapped secret. */
export const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
const signatureKey = '4dabf18193072939515e22adb298388d'
const secretSignature = '1b47061264138c4ac30d75fd1eb44270'

const isBag = (value: unknown): value is Bag =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const isSecret = (value: unknown): value is Bag & { value: unknown } =>
  isBag(value) && value[signatureKey] === secretSignature

export function hasUnknown(value: unknown): boolean {
  if (value === unknown) return true
  if (Array.isArray(value)) return value.some(hasUnknown)
  return isBag(value) && Object.values(value).some(hasUnknown)
}

function holdsSecret(value: unknown): boolean {
  if (isSecret(value)) return true
  if (Array.isArray(value)) return value.some(holdsSecret)
  return isBag(value) && Object.values(value).some(holdsSecret)
}

function open(value: unknown): unknown {
  if (isSecret(value)) return open(value.value)
  if (Array.isArray(value)) return value.map(open)
  return isBag(value) ? openAll(value) : value
}

/** The bag with every secret opened, at any depth, and the SDK's own `__` keys dropped. */
export function openAll(bag: Bag): Bag {
  return Object.fromEntries(
    Object.entries(bag)
      .filter(([key]) => !key.startsWith('__'))
      .map(([key, value]) => [key, open(value)]),
  )
}

/** Names of the top-level properties that hold a secret somewhere. */
export function secretKeys(...bags: Bag[]): Set<string> {
  return new Set(
    bags.flatMap((bag) => Object.keys(bag).filter((key) => !key.startsWith('__') && holdsSecret(bag[key]))),
  )
}

/** Wraps the named properties whole. An unknown stays bare: the engine refuses a secret around it. */
export function sealAll(bag: Bag, keys: ReadonlySet<string>): Bag {
  return Object.fromEntries(
    Object.entries(bag)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        keys.has(key) && !isSecret(value) && !hasUnknown(value)
          ? { [signatureKey]: secretSignature, value }
          : value,
      ]),
  )
}

/** Equality of what goes over the wire: absent and undefined are the same, order of keys does not count. */
export function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right)
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      isBag(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  )
}
