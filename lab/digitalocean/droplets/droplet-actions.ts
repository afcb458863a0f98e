import type { Kind } from './action-kind.ts'
import { flag, integer, text, type Body } from '../wire/body.ts'
import { diskActions } from './disk-actions.ts'
import { unprocessable } from '../wire/errors.ts'
import { featureActions } from './feature-actions.ts'
import { validName } from './new-droplet.ts'
import { powerActions } from './power-actions.ts'
import { size } from '../images/sizes.ts'
import type { ActionParams, Droplet, State } from '../state/state.ts'

/** What droplets can be told to do, by the action's type. */
export const dropletActions: Readonly<Record<string, Kind>> = {
  ...powerActions,
  ...diskActions,
  ...featureActions,
  // DigitalOcean mails a new password for root; hosts here let nobody in with one.
  password_reset: {},
  rename: {
    accept: (_droplet, body) => ({ name: validName(text(body, 'name')) }),
    settle(droplet, { name }) {
      droplet.name = String(name)
    },
  },
  resize: {
    accept: acceptResize,
    settle(droplet, params) {
      droplet.size = String(params['size'])
      if (params['disk']) droplet.disk = size(droplet.size)?.disk ?? droplet.disk
    },
  },
  change_kernel: {
    // As everywhere at DigitalOcean since droplets boot the kernel on their own disk.
    accept(_droplet, body) {
      throw unprocessable(`There is no kernel ${integer(body, 'kernel') ?? ''} for this Droplet.`)
    },
  },
}

/** Checks an action that someone asks for. */
export function acceptAction(
  draft: State,
  droplet: Droplet,
  body: Body,
  now: Date,
): { type: string; params: ActionParams } {
  const type = text(body, 'type') ?? ''
  const kind = type === 'create' || !Object.hasOwn(dropletActions, type) ? undefined : dropletActions[type]
  if (!kind) throw unprocessable(`unknown action ${JSON.stringify(type)}`)
  if (droplet.locked) throw unprocessable('Droplet already has a pending event.')
  return { type, params: kind.accept?.(droplet, body, draft, now) ?? {} }
}

function acceptResize(droplet: Droplet, body: Body): ActionParams {
  const wanted = size(text(body, 'size'))
  if (!wanted) throw unprocessable('You specified an invalid size for Droplet resize.')
  if (!wanted.regions.includes(droplet.region)) throw unprocessable('Size is not available in this region.')
  if (droplet.status !== 'off') throw unprocessable('Droplet must be powered off to resize.')
  if (wanted.disk < droplet.disk)
    throw unprocessable('This size is not available because it has a smaller disk.')
  return { size: wanted.slug, disk: flag(body, 'disk') ?? false }
}
