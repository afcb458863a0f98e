import { readFile } from 'node:fs/promises'
import { replaceFile } from '../replace-file.ts'
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
    // A document of an older lab lacks what came later.
    return new Store(file, { ...freshAccount(now), ...(text === undefined ? {} : parse(file, text)) })
  }

  get state(): Readonly<State> {
    return this.#state
  }

  /** Changes the state, one change at a time; resolves when it is on disk, and when that fails nothing has changed. */
  change<T>(edit: (draft: State) => T): Promise<T> {
    const done = this.#last.then(async () => {
      const draft = structuredClone(this.#state)
      const result = edit(draft)
      // Readable by its owner only: user data may hold secrets.
      await replaceFile(this.file, `${JSON.stringify(draft, null, 2)}\n`, 0o600)
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
