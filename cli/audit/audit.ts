import { stackName } from '../../lab/environment.ts'
import { progress } from '../../lab/toolchain/progress.mjs'
import { failure } from '../failure.ts'
import { readDeployed } from '../deployed.ts'
import { onHost } from '../on-host.ts'
import type { StackWish } from '../stack-wish.ts'
import { leftOut } from '../../provision/left-out.ts'
import { look, seen, type Audit } from './look.ts'
import { pageOf, type Reasons } from './page.ts'

/** Why findings of Lynis are left as they are, by test; some reasons hold only where the host is known to be a container. */
export function reasonsFor({ facts }: Pick<Audit, 'facts'>): Reasons {
  const container = seen(facts) && facts.memory.container
  const holding = leftOut.filter(({ onlyInContainer }) => container || !onlyInContainer)
  return Object.fromEntries(holding.map(({ test, why }) => [test, why]))
}

/** `audit`: how a stack's host stands, on one page; it is looked at and not touched. Answers 1 where it couldn't look. */
export async function audit({ stack = stackName, json = false }: StackWish): Promise<number> {
  const out = progress()
  try {
    let page = ''
    await out.step('audit', async (say) => {
      const deployed = await readDeployed(stack)
      const found = await onHost(deployed, (ssh) => look(deployed, ssh, say))
      page = json ? `${JSON.stringify(found, null, 2)}\n` : pageOf(found, reasonsFor(found))
      return 'looked at, nothing changed'
    })
    process.stdout.write(page)
    return 0
  } catch (error) {
    if (json) process.stdout.write(`${JSON.stringify(failure(stack, error), null, 2)}\n`)
    else out.fail(error, 'audit')
    return 1
  }
}
