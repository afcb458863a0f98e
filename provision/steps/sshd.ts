import { dirname } from 'node:path'
import { OperatorError } from '../errors.ts'
import { operatorsGroup } from '../facts/operators.ts'
import { askSshd, noSshd, parseLines, readSshd, type Sshd } from '../facts/sshd.ts'
import { rootFile, type Host } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const path = '/etc/ssh/sshd_config.d/00-shoestring.conf'

/** How people come in: by key, as an operator; as root only until an operator's login was proved. */
export function sshd(
  desired: { operators: { name: string }[]; rootLogin: boolean },
  render: Render,
): Step<Sshd & { files: ObservedFiles }> {
  const { rootLogin } = desired
  const user = desired.operators[0]?.name ?? 'root'
  const content = render(path, {
    rootLogin: rootLogin ? 'prohibit-password' : 'no',
    groups: [operatorsGroup, ...(rootLogin ? ['root'] : [])].join(' '),
  })
  const file: OwnedFile = {
    path,
    content,
    ...rootFile,
    mode: 0o600,
    check: ({ $ }, candidate) => $`sshd -t -f ${candidate}`,
  }
  return {
    name: 'sshd',
    guarded: true,
    bare: { ...noSshd, files: {}, unit: { ...noSshd.unit, state: 'active', enabled: true } },
    async observe(host) {
      const [found, files] = await Promise.all([readSshd(host, user), readFiles(host, [path])])
      return { ...found, files }
    },
    plan({ unit, socket, files, lines, effective }) {
      const wins = lines.find((line) => line.file !== path && winsOver(content, line))
      if (wins) throw overruled(wins)
      const changes = planFiles([file], files)
      // One that has died has no answer; it is started, and asked then.
      const runs = socket || unit.state === 'active'
      if (changes.length === 0 && runs) assertTaken(content, effective)
      const mtimeMs = files[path]?.mtimeMs
      return [
        ...changes.map((each) => ({ ...each, apply: (host: Host) => applyAndAsk(host, each.apply) })),
        ...(socket
          ? []
          : planService({
              name: 'ssh.service',
              unit,
              unitFileChanges: false,
              startReads: { change: false, files: [] },
              reloadReads: {
                change: changes.length > 0,
                files: mtimeMs === undefined ? [] : [{ path, mtimeMs }],
              },
            })),
      ]
    },
  }

  async function applyAndAsk(host: Host, apply: (host: Host) => Promise<unknown>): Promise<void> {
    await apply(host)
    await host.$`sshd -t`
    assertTaken(content, await askSshd(host, user))
  }
}

// sshd adds these up over all files instead of taking the first.
const adding = ['allowusers', 'denyusers', 'allowgroups', 'denygroups', 'port', 'listenaddress', 'hostkey']

/** Whether a line of somebody else's counts where ours should. */
function winsOver(content: string, { file, keyword, value, conditional }: Sshd['lines'][number]): boolean {
  const ours = parseLines(path, content).find((line) => line.keyword === keyword)
  if (adding.includes(keyword)) return !(keyword === 'port' && value === '22') && ours?.value !== value
  return ours !== undefined && ours.value !== value && (conditional || readsFirst(file))
}

const readsFirst = (file: string): boolean => dirname(file) === dirname(path) && file < path

function overruled({ file, keyword, value }: Sshd['lines'][number]): OperatorError {
  return new OperatorError('another file decides about ssh', {
    why: `${file} says "${keyword} ${value}", which sshd would heed beside or instead of ours`,
    fix: `take that line out of ${file} on the host, then run pulumi up again`,
  })
}

/** What sshd answers is what our file says; only a file that it doesn't read, or reads late, can differ. */
function assertTaken(content: string, effective: string[]): void {
  if (effective.length === 0) {
    throw new OperatorError('sshd does not say what it goes by', {
      why: 'sshd -T fails on the host: one of the files that it reads is wrong, or it has just died',
      fix: 'ask it there, it names file and line: sshd -T; journalctl -u ssh -b',
    })
  }
  const lost = parseLines(path, content).find(({ keyword, value }) => {
    const said = effective.flatMap((line) =>
      line.startsWith(`${keyword} `) ? [line.slice(keyword.length + 1)] : [],
    )
    const meant = value.replace('prohibit-password', 'without-password')
    return said.join(' ').toLowerCase() !== meant.toLowerCase()
  })
  if (!lost) return
  throw new OperatorError('sshd does not take our settings', {
    why: `asked with sshd -T, it doesn't say "${lost.keyword} ${lost.value}"`,
    fix: `see that /etc/ssh/sshd_config on the host begins with: Include /etc/ssh/sshd_config.d/*.conf`,
  })
}
