import type { ResourceClass } from '../../../plugin/provider.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { cloudResource } from './cloud-resource.ts'
import { dropletTable } from './droplet-table.ts'
import { networkTable } from './network-table.ts'
import type { Properties } from './properties.ts'
import { watchTable } from './watch-table.ts'

/** A row of the tables of resources: what the official schema says, and what is done with the API. */
export type Row = Properties & { readonly behaviour: (api: Api) => Behaviour }

/** Every resource, named as in the official SDK; its properties and where each goes are in its table. */
export const table: Readonly<Record<string, Row>> = { ...dropletTable, ...networkTable, ...watchTable }

/** The resource classes of the plugin, by type token. */
export function resources(api: Api): Record<string, ResourceClass> {
  return Object.fromEntries(
    Object.entries(table).map(([type, { behaviour, ...properties }]) => [
      type,
      cloudResource(properties, behaviour(api)),
    ]),
  )
}
