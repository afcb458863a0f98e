import type { Kind } from './action-kind.ts'
import { backupPolicyIn } from './backups.ts'
import { asBody, type Body } from '../wire/body.ts'
import { specOf } from './droplet-spec.ts'
import { unprocessable } from '../wire/errors.ts'
import type { Droplet } from '../state/state.ts'

/** What gives a droplet a feature, or takes it. */
export const featureActions: Readonly<Record<string, Kind>> = {
  enable_ipv6: {
    machine: (machines, droplet) =>
      machines.readdress({ ...specOf(droplet), ipv6: machines.address6(droplet.ipv4) }),
    settle(droplet, _params, { machines }) {
      addFeature(droplet, 'ipv6')
      droplet.ipv6 = machines.address6(droplet.ipv4)
    },
  },
  enable_private_networking: { settle: (droplet) => addFeature(droplet, 'private_networking') },
  enable_backups: backupKind(),
  change_backup_policy: backupKind((droplet, body) => {
    if (!droplet.backupPolicy) throw unprocessable('Backups are not enabled for this Droplet.')
    if (!asBody(body['backup_policy'])) throw unprocessable('backup_policy is required.')
  }),
  disable_backups: {
    settle(droplet) {
      droplet.features = droplet.features.filter((feature) => feature !== 'backups')
      delete droplet.backupPolicy
    },
  },
}

function addFeature(droplet: Droplet, feature: string): void {
  if (!droplet.features.includes(feature)) droplet.features.push(feature)
}

function backupKind(check?: (droplet: Droplet, body: Body) => void): Kind {
  return {
    accept(droplet, body) {
      check?.(droplet, body)
      return { policy: JSON.stringify(backupPolicyIn(body)) }
    },
    settle(droplet, { policy }) {
      addFeature(droplet, 'backups')
      droplet.backupPolicy = JSON.parse(String(policy)) as NonNullable<Droplet['backupPolicy']>
    },
  }
}
