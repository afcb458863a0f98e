import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Call } from '../../../plugin/provider.ts'
import { localCommand, localRun } from './local-command.ts'

function listening() {
  const said: string[] = []
  const say = async (message: string) => void said.push(message)
  const signal = new AbortController().signal
  const call: Call = { urn: 'urn', name: 'it', signal, timeoutMs: 0, info: say, warn: say, status: say }
  return { call, said }
}

test('runs each command in its turn, and the next sees what the last one said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-local-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const { call, said } = listening()
  const inputs = {
    dir: folder,
    create: 'cat > made; echo "$GREETING"; echo aside >&2',
    update: 'echo "before: $PULUMI_COMMAND_STDOUT, $PULUMI_COMMAND_STDERR"',
    delete: 'rm made',
    stdin: 'from here',
    environment: { GREETING: 'hello' },
    logging: 'stdout',
  }
  const { id, outputs } = await localCommand.create(inputs, call)
  expect(id).toMatch(/^it[0-9a-f]{16}$/)
  expect(outputs).toEqual({ ...inputs, stdout: 'hello', stderr: 'aside' })
  expect(said).toEqual(['hello'])
  expect(await readFile(join(folder, 'made'), 'utf8')).toBe('from here')
  const updated = await localCommand.update?.(id, { inputs, outputs }, inputs, call)
  expect(updated).toMatchObject({ stdout: 'before: hello, aside' })
  const deaf = { ...inputs, addPreviousOutputInEnv: false }
  expect(await localCommand.update?.(id, { inputs, outputs }, deaf, call)).toMatchObject({
    stdout: 'before: , ',
  })
  await localCommand.delete(id, { inputs, outputs }, call)
  await expect(readFile(join(folder, 'made'))).rejects.toThrow('ENOENT')
})

test('takes another interpreter, and says how a command failed', async () => {
  const { call } = listening()
  const inputs = { interpreter: [process.execPath, '--eval'], create: 'console.log(6 * 7)' }
  expect((await localCommand.create(inputs, call)).outputs['stdout']).toBe('42')
  await expect(localCommand.create({ create: 'echo broken >&2; : hunter2; exit 3' }, call)).rejects.toThrow(
    new Error('the create command ended with exit status 3:\nbroken'),
  )
})

test('a program can run a command while it runs itself', async () => {
  expect(await localRun({ command: 'echo $A', environment: { A: 'b' } })).toMatchObject({
    stdout: 'b',
    stderr: '',
  })
})

test('a changed trigger replaces, and collecting files is refused', async () => {
  const olds = { inputs: { create: 'true', triggers: [1] }, outputs: {} }
  const { changes } = await localCommand.diff('it', olds, { create: 'true', triggers: [2] }, listening().call)
  expect(changes).toEqual([{ path: 'triggers', kind: 'replace', ofInputs: true }])
  const checked = await localCommand.check?.(
    { create: 'true', assetPaths: ['*'] },
    {},
    { name: 'it', suffix: '' },
  )
  expect(checked?.failures.map(({ property }) => property)).toEqual(['assetPaths'])
})
