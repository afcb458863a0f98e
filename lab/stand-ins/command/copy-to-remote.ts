import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Call, CheckFailure, ResourceClass } from '../../../plugin/provider.ts'
import { hasUnknown, type Bag } from '../../../plugin/values.ts'
import { differences, type OnChange } from '../differences.ts'
import { textOf } from '../text.ts'
import { failed } from './command-inputs.ts'
import { checkConnection, type Connection } from './connection.ts'
import { runOverSsh } from './ssh.ts'

const inputs: Record<string, OnChange> = {
  connection: 'update',
  remotePath: 'update',
  source: 'update',
  triggers: 'replace',
}

/** A file on another host, from one here or from a text; deleting it leaves the file there. */
export const copyToRemote: ResourceClass = {
  computed: [],
  secret: ['connection'],
  check: (news) => ({
    inputs: news,
    failures: [...checkConnection(news['connection']), ...checkSource(news['source'])],
  }),
  async diff(_id, olds, news) {
    return { changes: differences(inputs, olds.inputs, news) }
  },
  async create(news, call) {
    await copy(news, call)
    return { id: randomBytes(8).toString('hex'), outputs: news }
  },
  async read(_id, olds) {
    return Object.keys(olds.inputs).length === 0 ? undefined : olds
  },
  async update(_id, _olds, news, call) {
    await copy(news, call)
    return news
  },
  delete: async () => undefined,
}

/** An asset on the wire: where it lies, or what it says, beside its hash. */
interface Asset {
  path?: string
  text?: string
}

function checkSource(source: unknown): CheckFailure[] {
  if (hasUnknown(source)) return []
  const { path, text, assets, uri } = (source ?? {}) as Asset & Bag
  if (assets === undefined && uri === undefined && (path !== undefined || text !== undefined)) return []
  const reason = "the lab's stand-in copies single files: give a FileAsset or a StringAsset"
  return [{ property: 'source', reason }]
}

async function copy({ connection, remotePath, source }: Bag, call: Call): Promise<void> {
  const { host } = connection as Connection
  const { path, text } = source as Asset
  if (path !== undefined && (await stat(path)).isDirectory())
    throw new Error(`${path} is a directory: the lab's stand-in copies single files`)
  const target = quoted(textOf(remotePath))
  const into = path === undefined ? '' : `[ -d ${target} ] && to=${target}/${quoted(basename(path))}; `
  const ran = await runOverSsh(connection as Connection, {
    command: `to=${target}; ${into}cat > "$to"`,
    stdin: path === undefined ? text : await readFile(path),
    environment: {},
    signal: call.signal,
    waiting: (why) => call.status(`waiting for ${host}: ${why}`),
    said: () => Promise.resolve(),
  })
  if (ran.exitCode !== 0) throw new Error(failed(`copying to ${textOf(remotePath)} on ${host}`, ran))
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`
