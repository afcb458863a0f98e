import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { endRecordedProcesses, forgetProcess, recordProcess } from './processes.ts'

async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-processes-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function run(command: string, args: string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return { child, pid: child.pid ?? 0, ended: once(child, 'exit') }
}

test('ends what was written down, also what ignores a polite request', async () => {
  const state = await stateFolder()
  const polite = await run('sleep', ['60'])
  const deaf = await run('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'])
  await once(deaf.child.stdout, 'data')
  await recordProcess(state, 'polite', polite.pid)
  await recordProcess(state, 'deaf', deaf.pid)
  expect((await endRecordedProcesses(state)).toSorted()).toEqual(['deaf', 'polite'])
  expect([await polite.ended, await deaf.ended]).toEqual([
    [null, 'SIGTERM'],
    [null, 'SIGKILL'],
  ])
  expect(await readdir(join(state, 'pids'))).toEqual([])
})

test('leaves a stranger alone who got the number of an ended child', async () => {
  const state = await stateFolder()
  const stranger = await run('sleep', ['60'])
  await recordProcess(state, 'old', stranger.pid)
  const file = join(state, 'pids', 'old.json')
  const record = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, JSON.stringify({ ...record, startTime: '1' }))
  expect(await endRecordedProcesses(state)).toEqual([])
  expect(stranger.child.exitCode ?? stranger.child.signalCode).toBeNull()
})

test('survives records that are broken, dangerous, or not there', async () => {
  const state = await stateFolder()
  expect(await endRecordedProcesses(state)).toEqual([])
  const sleeper = await run('sleep', ['60'])
  await recordProcess(state, 'sleeper', sleeper.pid)
  await writeFile(join(state, 'pids', 'half.json'), '{"name":')
  await writeFile(join(state, 'pids', 'group.json'), '{"name":"group","pid":0,"startTime":"1"}')
  await forgetProcess(state, 'sleeper')
  await forgetProcess(state, 'never-there')
  expect(await endRecordedProcesses(state)).toEqual([])
  expect(sleeper.child.exitCode ?? sleeper.child.signalCode).toBeNull()
})
