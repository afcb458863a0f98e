import type { Host } from '../host.ts'

/** What kind of container this is, `systemd-nspawn`; undefined on a machine of its own. */
export async function readContainer(host: Host): Promise<string | undefined> {
  return (await host.read('/run/systemd/container'))?.trim() || undefined
}
