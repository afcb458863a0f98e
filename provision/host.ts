import type { Shell } from 'zx/core'

/** Who may do what with a file. */
export interface Access {
  /** `0o644` */
  mode: number
  owner: string
  group: string
}

/** The machine that a run stands on: its commands and its files. */
export interface Host {
  readonly name: string
  /** Runs a command and rejects when it fails. */
  readonly $: Shell
  /** The text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
  /** The names in a folder; none where there is no folder. */
  list(path: string): Promise<string[]>
  /** Where a symbolic link leads; undefined where there is none. */
  link(path: string): Promise<string | undefined>
  /** Replaces a file in one go, so that nobody ever reads half of it. */
  write(path: string, content: string | Uint8Array, access: Access): Promise<void>
  /** Points a symbolic link somewhere else in one go. */
  relink(path: string, target: string): Promise<void>
  /** Removes a file or a folder with all that is in it; gone already is fine. */
  remove(path: string): Promise<void>
}

/** Rights of a file that anybody may read and only root may change. */
export const rootFile: Access = { mode: 0o644, owner: 'root', group: 'root' }
