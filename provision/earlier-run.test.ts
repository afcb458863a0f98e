import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { runMark, waitForEarlierRun } from './earlier-run.ts'
import { thisHost } from './this-host.ts'

/** A host on which only this process is seen. */
const withOnly = (pid: number | undefined) => ({ ...thisHost, list: () => Promise.resolve([String(pid)]) })

async function start(mark: string) {
  const child = spawn('sleep', ['30'], { env: { ...process.env, [runMark]: mark } })
  onTestFinished(() => void child.kill())
  await once(child, 'spawn')
  return child
}

test('a command that a killed run has left is waited for', async () => {
  const child = await start('1')
  const waiting = waitForEarlierRun(withOnly(child.pid))
  expect(await Promise.race([waiting.then(() => 'over'), sleep(250, 'still waiting')])).toBe('still waiting')
  child.kill()
  await waiting
})

test('one that does not end is named, with the command that ends it', async () => {
  const child = await start('1')
  await expect(waitForEarlierRun(withOnly(child.pid), 0)).rejects.toMatchObject({
    why: 'a run before this one was killed, and its command goes on: sleep 30',
    fix: `wait for it, or end it on the host: kill ${child.pid}; then run pulumi up again`,
  })
})

test("this run's own commands and everybody else's processes are nobody's to wait for", async () => {
  const own = await start(String(process.pid))
  await expect(waitForEarlierRun(withOnly(own.pid), 0)).resolves.toBeUndefined()
  await expect(waitForEarlierRun(withOnly(process.pid), 0)).resolves.toBeUndefined()
})
