import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whoever reads the file, also after a power cut, finds either the old text or the new one, whole. */
export async function replaceFile(file: string, text: string, mode = 0o644): Promise<void> {
  const folder = dirname(file)
  const temporary = `${file}.new`
  await mkdir(folder, { recursive: true })
  const handle = await open(temporary, 'w', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    // On a full disk the half that was written takes room that somebody needs.
    await rm(temporary, { force: true })
    throw error
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
