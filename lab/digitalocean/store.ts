import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { freshAccount, type State } from './state.ts'

/** The account's state, in memory and as one JSON document on disk; memory never knows more than the disk. */
export class Store {
  readonly file: string
  #state: State
  #last: Promise<unknown> = Promise.resolve()

  private constructor(file: string, state: State) {
    this.file = file
    this.#state = state
  }

  /** Reads the document; a missing one is a fresh account. */
  static async open(file: string, now = new Date()): Promise<Store> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new Error(`cannot read the lab's state ${file}: ${error.message}`, { cause: error })
    })
    return new Store(file, text === undefined ? freshAccount(now) : parse(file, text))
  }

  get state(): Readonly<State> {
    return this.#state
  }

  /** Changes the state, one change at a time; resolves when it is on disk, and when that fails nothing has changed. */
  change<T>(edit: (draft: State) => T): Promise<T> {
    const done = this.#last.then(async () => {
      const draft = structuredClone(this.#state)
      const result = edit(draft)
      await replaceFile(this.file, `${JSON.stringify(draft, null, 2)}\n`)
      this.#state = draft
      return result
    })
    this.#last = done.catch(() => undefined)
    return done
  }
}

function parse(file: string, text: string): State {
  const fix = 'Restore it, or delete it to start from an empty account.'
  let state: Partial<State> | null
  try {
    state = JSON.parse(text) as Partial<State> | null
  } catch (error) {
    throw new Error(`the lab's state ${file} is not JSON: ${(error as Error).message}. ${fix}`, {
      cause: error,
    })
  }
  if (state?.version === 1 && Array.isArray(state.droplets)) return state as State
  throw new Error(`the lab's state ${file} is not a document of version 1. ${fix}`)
}

/** Whoever reads the file, also after a power cut, finds either the old text or the new one, whole. */
async function replaceFile(file: string, text: string): Promise<void> {
  const folder = dirname(file)
  const temporary = `${file}.new`
  await mkdir(folder, { recursive: true })
  // Readable by its owner only: user data may hold secrets.
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
