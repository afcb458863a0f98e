import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
import { sameKey } from './attempts/same-key.ts'
import type { Settings } from './settings.ts'

/** A key to register under a name of this stack, or the fingerprint of one that the account knows already. */
export type OperatorKey = { name: string; publicKey: string } | { fingerprint: string }

/** The operators' keys for a new droplet. An account takes each key once, and another stack or a person may have brought it. */
export async function operatorKeys(operators: Settings['operators']): Promise<OperatorKey[]> {
  const { sshKeys: known } = await digitalocean.getSshKeys({})
  const own = `${pulumi.getProject()}-${pulumi.getStack()}-`
  return operators.flatMap(({ name, keys }) =>
    keys.map((key, index) => {
      const publicKey = key.trim()
      const same = known.find((each) => sameKey(each.publicKey, publicKey))
      if (same && !same.name.startsWith(own)) return { fingerprint: same.fingerprint }
      return { name: `${own}${name}${index === 0 ? '' : `-${index + 1}`}`, publicKey }
    }),
  )
}
