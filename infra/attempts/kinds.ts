import { record, zone } from './dns-kinds.ts'
import { check, failure, shortage } from './monitoring-kinds.ts'
import { address, assignment, droplet, firewall, key, tag } from './server-kinds.ts'

/** Everything that is looked after while it is made. */
export const kinds = {
  key,
  tag,
  firewall,
  droplet,
  address,
  assignment,
  zone,
  record,
  shortage,
  check,
  failure,
}

export type KindName = keyof typeof kinds
