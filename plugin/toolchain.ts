import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '..')

interface Tool {
  path: string
  version: string
  origin: string
}

/** What setup.mjs found or made on this machine. */
export interface Toolchain {
  pulumi: Tool
  caddy: Tool
  pebble: Tool
  image: { path: string; release: string }
}

export async function readToolchain(): Promise<Toolchain> {
  try {
    return JSON.parse(await readFile(join(repository, '.shoestring/toolchain.json'), 'utf8')) as Toolchain
  } catch (cause) {
    throw new Error(
      'the tools that go to the host are not here yet\n' +
        '  why   this clone was not set up, or not to its end\n' +
        '  next  node setup.mjs lab',
      { cause },
    )
  }
}
