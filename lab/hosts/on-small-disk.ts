import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from '../network/shell.ts'
import { openTestLab, type TestLab } from './test-lab.ts'

/** A lab for tests whose hosts share a disk of that size: a real one, which can run full. */
export async function onSmallDisk(image: string, sizeMb: number): Promise<TestLab> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-disk-'))
  const [file, mounted] = [join(folder, 'disk'), join(folder, 'm')]
  const remove = async () => {
    await $({ nothrow: true })`umount ${mounted}`
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await mkdir(mounted)
    await $`truncate -s ${sizeMb}M ${file}`
    // Nothing is kept back for root, who is everybody here.
    await $`mkfs.ext4 -q -m 0 ${file}`
    await $`mount -o loop ${file} ${mounted}`
    const lab = await openTestLab(image, mounted)
    return { ...lab, remove: () => lab.remove().then(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}
