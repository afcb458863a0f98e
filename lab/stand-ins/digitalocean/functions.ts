import type { Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import { lists, type List } from './function-lists.ts'
import { lookUps } from './function-look-ups.ts'
import { select } from './select.ts'
import { uniqueId } from './unique-id.ts'

/** Everything that programs can look up, by token. */
export function functions(api: Api): Record<string, (args: Bag) => Promise<Bag>> {
  const listing = Object.entries(lists).map(([name, list]) => [tokenOf(name), listed(api, list)])
  const looking = Object.entries(lookUps).map(([name, find]) => [
    tokenOf(name),
    (args: Bag) => find(api, args),
  ])
  return Object.fromEntries([...listing, ...looking]) as Record<string, (args: Bag) => Promise<Bag>>
}

const tokenOf = (name: string) => `digitalocean:index/${name}:${name}`

const listed =
  (api: Api, { records, as }: List) =>
  async (args: Bag): Promise<Bag> => ({
    ...args,
    id: uniqueId('terraform-'),
    [as]: select(await records(api, args), args),
  })
