import type { Host } from '../host.ts'

/** Options by mount point, of the file system and of its place, as the kernel has them. */
export async function readMounts(host: Host): Promise<Record<string, string[]>> {
  return parseMounts((await host.read('/proc/self/mountinfo')) ?? '')
}

// 36 35 98:0 /root /mountpoint rw,noatime master:1 - ext4 /dev/root rw,errors=continue
export function parseMounts(mountinfo: string): Record<string, string[]> {
  // A later line lies over an earlier one.
  return Object.fromEntries(
    mountinfo
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [place = '', system = ''] = line.split(' - ')
        const fields = place.split(' ')
        const options = `${fields[5] ?? ''},${system.split(' ')[2] ?? ''}`
        return [fields[4] ?? '', options.split(',')]
      }),
  )
}
