import { XMLParser } from 'fast-xml-parser'
import type { Bag } from '../values.ts'

/** What Namecheap answered; refusals come under HTTP 200 too. */
export interface Answer {
  readonly ok: boolean
  readonly errors: readonly { readonly number: string; readonly text: string }[]
  /** The command's own element, attributes and children under their names. */
  readonly result: Bag
}

const lists = ['Error', 'Nameserver', 'Tld']

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  // Numeric ones too, which the API's own words may hold.
  htmlEntities: true,
  isArray: (name) => lists.includes(name),
})

/** Reads an answer; undefined when it is none of Namecheap's, such as the page of a server in front of it. */
export function readAnswer(xml: string): Answer | undefined {
  const response = bag(bag(parse(xml))['ApiResponse'])
  if (typeof response['Status'] !== 'string') return undefined
  const { Type: _type, ...command } = bag(response['CommandResponse'])
  return {
    ok: response['Status'] === 'OK',
    errors: elements(bag(response['Errors'])['Error']).map((error) => ({
      number: textOf(bag(error)['Number']),
      text: textOf(bag(error)['#text'] ?? error),
    })),
    result: bag(Object.values(command)[0]),
  }
}

/** An element that there may be any number of. */
export const elements = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

export const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** Namecheap writes `true`, and `True` in places. */
export const isTrue = (value: unknown): boolean => textOf(value).toLowerCase() === 'true'

const bag = (value: unknown): Bag =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Bag) : {}

function parse(xml: string): unknown {
  try {
    return parser.parse(xml) as unknown
  } catch {
    return undefined
  }
}
