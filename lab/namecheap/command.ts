import type { Account } from './account.ts'
import { ApiRefusal } from './refusal.ts'

/** A request's parameters by name in lower case: Namecheap takes any spelling. */
export type Parameters = ReadonlyMap<string, string>

/** Answers a command's own element. */
export type Command = (parameters: Parameters, account: Account) => string | Promise<string>

/** A parameter that has to be there. */
export function required(parameters: Parameters, name: string, number: string): string {
  const value = parameters.get(name.toLowerCase())?.trim()
  if (value) return value
  throw new ApiRefusal(number, `Parameter ${name} is missing`)
}
