import { Readable } from 'node:stream'
import type { Ssh } from '../../plugin/ssh.ts'
import { lastLines } from '../../provision/errors.ts'

/** Runs a shell script on the host, over the connection that is there; answers what it printed. */
export async function onHostScript(ssh: Ssh, script: string): Promise<string> {
  const preamble =
    'export LC_ALL=C.UTF-8 TZ=UTC SYSTEMD_PAGER= SYSTEMD_COLORS=0 PATH=/usr/sbin:/usr/bin:/sbin:/bin'
  const { code, stdout, stderr } = await ssh.run('sh -s', {
    input: Readable.from([`${preamble}\n${script}\n`]),
  })
  if (code !== 0) throw new Error(lastLines(stderr, 2) || `exit code ${code}`)
  return stdout
}
