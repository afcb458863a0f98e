import { expect } from 'vitest'
import { endEverywhere } from './end-everywhere.ts'
import { wayIn } from './killing.ts'
import { health, test } from './on-troubled-host.ts'
import { stepsOf } from './testing.ts'

test(
  'a run that is ended at each of its changes, in all ways, is brought to its end by those after it',
  { timeout: 1_800_000 },
  async ({ lab, web }) => {
    const opened = await web.on(lab)
    const { host, task } = opened
    const { planned, at } = await endEverywhere(lab, opened, task)
    const steps = stepsOf(at)
    expect(stepsOf(planned).filter((step) => !steps.includes(step))).toEqual([])
    expect(at).toContain(wayIn)
    expect((await opened.provisioned.converge(task)).applied).toEqual([])
    expect(await health(host)).toBe('')
    expect(await host.openPorts()).toEqual([22, 80, 443])
  },
)
