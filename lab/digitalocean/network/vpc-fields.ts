import { flag, has, text, type Body } from '../wire/body.ts'
import { region as regionOf } from '../images/catalog.ts'
import { conflict, unprocessable } from '../wire/errors.ts'
import { isPrivate, overlap, readRange } from './ip-range.ts'
import type { State, Vpc } from '../state/state.ts'
import { vpcsIn } from './vpc-of.ts'

const nameCharacters = /^[a-zA-Z0-9.-]{1,255}$/

/** A new private network as a request describes it. */
export function newVpcIn(state: Readonly<State>, body: Body) {
  const name = nameIn(state, body)
  const region = regionOf(text(body, 'region'))
  if (!region) throw unprocessable('region is invalid')
  const description = descriptionIn(body) ?? ''
  const asked = text(body, 'ip_range')
  return { name, region: region.slug, description, ipRange: asked ? free(state, asked) : anyFree(state) }
}

/** What a request changes; `known` says what it leaves. */
export function changedVpcIn(state: Readonly<State>, body: Body, known: Vpc) {
  return {
    name: has(body, 'name') ? nameIn(state, body, known.id) : known.name,
    description: descriptionIn(body) ?? known.description,
    // A region has a default always: it stops being one only when another begins.
    isDefault: flag(body, 'default') === true || known.isDefault,
  }
}

function nameIn(state: Readonly<State>, body: Body, id?: string): string {
  const name = text(body, 'name')
  if (!name || !nameCharacters.test(name))
    throw unprocessable('name must only contain alphanumeric characters, dashes, and periods')
  if (vpcsIn(state).some((other) => other.name === name && other.id !== id))
    throw conflict('a VPC with the same name already exists in your account')
  return name
}

function descriptionIn(body: Body): string | undefined {
  if (!has(body, 'description')) return undefined
  const description = text(body, 'description') ?? ''
  if (description.length > 255) throw unprocessable('description is too long (maximum is 255 characters)')
  return description
}

function free(state: Readonly<State>, asked: string): string {
  const range = readRange(asked)
  if (!range) throw unprocessable('ip_range is not a valid CIDR block')
  if (range.prefix < 16 || range.prefix > 28)
    throw unprocessable('ip_range must be between a /28 and a /16 in size')
  if (!isPrivate(range)) throw unprocessable('ip_range must be within the private address ranges of RFC1918')
  if (isTaken(state, asked))
    throw unprocessable(`This range/size overlaps with another VPC network in your account: ${asked}`)
  return asked
}

function anyFree(state: Readonly<State>): string {
  for (let second = 130; second < 256; second += 1)
    for (let third = 0; third < 256; third += 16) {
      const range = `10.${second}.${third}.0/20`
      if (!isTaken(state, range)) return range
    }
  throw unprocessable('there is no IP range left for a VPC in this account')
}

function isTaken(state: Readonly<State>, asked: string): boolean {
  const range = readRange(asked)
  return vpcsIn(state).some(({ ipRange }) => {
    const other = readRange(ipRange)
    return range !== undefined && other !== undefined && overlap(range, other)
  })
}
