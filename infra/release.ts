import * as pulumi from '@pulumi/pulumi'
import type { ReleaseInputs } from '../plugin/release.ts'

export type ReleaseArgs = {
  [K in Exclude<keyof ReleaseInputs, 'hash' | 'version' | 'settings'>]: pulumi.Input<ReleaseInputs[K]>
} & {
  /** Each may be a secret of its own. */
  settings: Record<string, pulumi.Input<string>>
}

/** The running app: its code and settings under one hash, switched as a whole. */
export class Release extends pulumi.CustomResource {
  declare readonly hash: pulumi.Output<string>
  declare readonly version: pulumi.Output<string>

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.CustomResourceOptions) {
    super('shoestring:index:Release', name, { ...args, hash: undefined, version: undefined }, opts)
  }
}
