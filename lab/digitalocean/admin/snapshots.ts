import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../../replace-file.ts'
import type { State } from '../state/state.ts'

/** Account states by name, each a file beside the account's own; disks are no part of them. */
export class Snapshots {
  readonly #folder: string

  constructor(stateFile: string) {
    this.#folder = `${stateFile}.snapshots`
  }

  async list(): Promise<string[]> {
    const files = await readdir(this.#folder).catch(() => [])
    return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
  }

  async keep(name: string, state: Readonly<State>): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await replaceFile(this.#file(name), `${JSON.stringify(state)}\n`, 0o600)
  }

  /** Undefined when there is none of that name. */
  async read(name: string): Promise<State | undefined> {
    const text = await readFile(this.#file(name), 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as State)
  }

  async remove(name: string): Promise<void> {
    await rm(this.#file(name), { force: true })
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.json`)
  }
}
