import { stackName } from '../lab/environment.ts'
import { progress } from '../lab/toolchain/progress.mjs'
import { madeAsHere, requestFor as hostRequest } from '../plugin/host.ts'
import { planOn, withDiffs, type PlannedStep } from '../plugin/plan.ts'
import { requestFor as releaseRequest } from '../plugin/release.ts'
import { OperatorError } from '../provision/errors.ts'
import { readDeployed, type Deployed } from './deployed.ts'
import { failure } from './failure.ts'
import { onHost, quietCall } from './on-host.ts'
import { listed } from './page.ts'
import type { StackWish } from './stack-wish.ts'

/** What a look at a host found. */
export interface Drift {
  stack: string
  host: string
  address: string
  /** What an update would put back, by step. */
  drift: PlannedStep[]
  /** What was not compared, and why. */
  unseen: string[]
}

/** `drift`: what was changed by hand on a stack's host. Answers 0 for nothing, 2 for drift, 1 where it couldn't look. */
export async function drift({ stack = stackName, json = false, diff = false }: StackWish): Promise<number> {
  try {
    const found = await readDrift(await readDeployed(stack))
    if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
    else tell(found, diff)
    return found.drift.length === 0 ? 0 : 2
  } catch (error) {
    if (json) process.stdout.write(`${JSON.stringify(failure(stack, error), null, 2)}\n`)
    else progress().fail(error, 'drift')
    return 1
  }
}

/** Compares the host with what the stack's last update asked of it. */
export async function readDrift(deployed: Deployed): Promise<Drift> {
  const { stack, name, host, release } = deployed
  const call = quietCall(name)
  return onHost(deployed, async () => {
    if (!(await madeAsHere(host))) {
      throw new OperatorError(`${name} of ${stack} can't be compared`, {
        why: 'what lies here (templates, steps, Node or Caddy) is not what the last update brought to the host',
        fix: 'bring it up with what lies here, or check out the commit of that update; pulumi preview shows both together',
      })
    }
    const ofHost = await planOn(host, await hostRequest(host, 'plan'), call)
    const request = release && (await releaseRequest(release, 'plan'))
    const ofRelease = request ? await planOn(host, request, call) : { steps: [] }
    const unseen =
      release && !request
        ? [`app: the code here is not ${release.version} (${release.hash}), which is there`]
        : []
    const steps = [...ofHost.steps, ...ofRelease.steps].filter(({ changes }) => changes.length > 0)
    return {
      stack,
      host: name,
      address: host.address,
      drift: steps.map(({ step, changes, diffs }) => ({ step, changes, ...(diffs && { diffs }) })),
      unseen,
    }
  })
}

function tell({ stack, host, address, drift: steps, unseen }: Drift, diff: boolean): void {
  const count = steps.reduce((sum, { changes }) => sum + changes.length, 0)
  const where = `${host} of ${stack} (${address})`
  if (count === 0) process.stderr.write(`${where} is as it was left\n`)
  else {
    process.stderr.write(`${where}: changed by hand on the host; up would\n`)
    const rows = steps.map((each) => ({ name: each.step, lines: diff ? withDiffs(each) : each.changes }))
    process.stdout.write(`${listed(rows).join('\n')}\n`)
    const next = stack === stackName ? 'npm start' : `pulumi up --stack ${stack}`
    process.stderr.write(`\n${count === 1 ? '1 change' : `${count} changes`}; to put back: ${next}\n`)
  }
  if (unseen.length > 0) process.stderr.write(`not compared: ${unseen.join('; ')}\n`)
}
