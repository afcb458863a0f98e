import { readSwap, swapUnit, type Swap } from '../facts/swap.ts'
import { noUnit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const path = `/etc/systemd/system/${swapUnit}`
const file = '/var/lib/shoestring/swap'

// 256 MB are half of the smallest droplet, and take about a third of that once they are pressed together.
const zramStart = [
  'zram=$$(zramctl --find --size 256M --algorithm zstd)',
  'mkswap --quiet $$zram',
  'swapon --priority 100 $$zram',
]
const zramStop = [
  'zram=$$(swapon --show=NAME --noheadings | grep ^/dev/zram)',
  'swapoff $$zram',
  'zramctl --reset $$zram',
]
// Whole or not at all: a power cut must not leave a file that is half a swap.
const fileStart = [
  `{ test -s ${file} || { rm -f ${file}.new; fallocate -l 512M ${file}.new && chmod 600 ${file}.new && mkswap --quiet ${file}.new && mv ${file}.new ${file}; }; }`,
  `swapon ${file}`,
]
const fileStop = [`swapoff ${file}`]

const shell = (commands: string[]) => `/bin/sh -c '${commands.join(' && ')}'`

/** Room for what is rarely used: memory pressed together where the kernel can, else a file. */
export function swap(render: Render): Step<Swap & { files: ObservedFiles }> {
  return {
    name: 'swap',
    bare: { container: undefined, zram: true, unit: noUnit, files: {} },
    async observe(host) {
      const [found, files] = await Promise.all([readSwap(host), readFiles(host, [path])])
      return { ...found, files }
    },
    plan({ container, zram, unit, files }) {
      if (container !== undefined) return []
      const [start, stop] = zram ? [zramStart, zramStop] : [fileStart, fileStop]
      const unitFile: OwnedFile = {
        path,
        content: render(path, { start: shell(start), stop: shell(stop) }),
        ...rootFile,
      }
      const changes = planFiles([unitFile], files)
      return [
        ...changes,
        ...planService({
          name: swapUnit,
          unit,
          unitFileChanges: changes.length > 0,
          startReads: { change: false, files: [] },
        }),
      ]
    },
    left({ container }) {
      return container === undefined ? [] : [`swap: in ${container}, the machine's kernel decides who has it`]
    },
  }
}
