import { readFileSync } from 'node:fs'
import { link, readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorError } from '../../../provision/errors.ts'
import { replaceFile } from '../../replace-file.ts'
import { ApiError } from '../wire/errors.ts'
import { freshAccount, type State } from './state.ts'

interface Waiting {
  readonly edit: (draft: State) => unknown
  readonly resolve: (result: any) => void
  readonly reject: (error: unknown) => void
}

const retryMs = 500

/** The account's state, in memory and as one JSON document on disk; memory never knows more than the disk. */
export class Store {
  readonly file: string
  #state: State
  #waiting: Waiting[] = []
  #writing = false
  #ended = new AbortController()

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
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ edit, resolve, reject })
      if (!this.#writing) void this.#writeAll()
    })
  }

  /** A change that has happened already, on a machine: waits for a disk that takes it, until the lab ends. */
  async settle<T>(edit: (draft: State) => T): Promise<T> {
    const { signal } = this.#ended
    for (;;)
      try {
        return await this.change(edit)
      } catch (error) {
        if (!isFull(error) || signal.aborted) throw error
        await sleep(retryMs, undefined, { signal }).catch(() => undefined)
      }
  }

  /** What waits for the disk waits no longer. */
  end(): void {
    this.#ended.abort()
  }

  /** What came while the disk was busy is written in one go. */
  async #writeAll(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0))
    this.#writing = false
  }

  async #write(batch: Waiting[]): Promise<void> {
    let draft = this.#state
    const answers = batch.map(({ edit, resolve, reject }) => {
      // A change that is refused half-way must leave nothing of itself behind.
      const attempt = structuredClone(draft)
      try {
        const result = edit(attempt)
        draft = attempt
        return { done: () => resolve(result), fail: reject }
      } catch (error) {
        return { done: () => reject(error), fail: () => reject(error) }
      }
    })
    try {
      if (draft !== this.#state) await this.#replace(draft)
      this.#state = draft
      for (const { done } of answers) done()
    } catch (error) {
      for (const { fail } of answers) fail(isFull(error) ? full(this.file, error as Error) : error)
    }
  }

  async #replace(draft: State): Promise<void> {
    // The document as it was, for whoever finds the new one damaged; no reason not to go on without.
    const before = beforeOf(this.file)
    await rm(before, { force: true })
      .then(() => link(this.file, before))
      .catch(() => undefined)
    // Readable by its owner only: user data may hold secrets.
    await replaceFile(this.file, `${JSON.stringify(draft, null, 2)}\n`, 0o600)
  }
}

const beforeOf = (file: string) => `${file}.before`

const isFull = (error: unknown) =>
  (error instanceof ApiError && error.status === 507) ||
  ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '')

const full = (file: string, cause: Error) =>
  Object.assign(
    new ApiError(
      507,
      'insufficient_storage',
      `The lab cannot write ${file}: ${cause.message}. Nothing was changed; free some space and ask again.`,
    ),
    { cause },
  )

function parse(file: string, text: string): State {
  let state: Partial<State> | null
  try {
    state = JSON.parse(text) as Partial<State> | null
  } catch (error) {
    throw broken(file, `it is not JSON: ${(error as Error).message}`, error)
  }
  if (state?.version === 1 && Array.isArray(state.droplets)) return state as State
  throw broken(file, 'it is not a document of version 1')
}

function isWhole(file: string): boolean {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Partial<State>).version === 1
  } catch {
    return false
  }
}

function broken(file: string, why: string, cause?: unknown): OperatorError {
  const before = beforeOf(file)
  const fix = isWhole(before)
    ? `cp ${before} ${file}   (one change older), or begin anew: npm run lab -- reset`
    : `restore ${file}, or begin anew: npm run lab -- reset`
  return new OperatorError(`the lab's state ${file} is broken`, { why, fix, cause })
}
