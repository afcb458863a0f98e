import { chmod } from 'node:fs/promises'
import { cluster } from '../facts/postgres.ts'
import { readModes } from '../facts/file-modes.ts'
import { change, type Step } from '../step.ts'

/** At most these rights; a file that isn't there is fine. */
const widest: Record<string, number> = {
  '/root': 0o700,
  '/etc/crontab': 0o600,
  '/etc/cron.d': 0o700,
  '/etc/cron.hourly': 0o700,
  '/etc/cron.daily': 0o700,
  '/etc/cron.weekly': 0o700,
  '/etc/cron.monthly': 0o700,
  '/etc/cron.yearly': 0o700,
  '/etc/ssh/sshd_config': 0o600,
  '/etc/sudoers.d': 0o750,
  '/boot/grub/grub.cfg': 0o600,
  '/var/lib/postgresql': 0o750,
  [`${cluster.config}/postgresql.conf`]: 0o640,
  [`${cluster.config}/start.conf`]: 0o640,
  [`${cluster.config}/pg_ctl.conf`]: 0o640,
}

/** Programs that lend their caller root's or a group's rights, which nobody but root uses here. */
const lenders = ['chfn', 'chsh', 'newgrp', 'gpasswd', 'chage', 'expiry', 'mount', 'umount']
  .map((name) => `/usr/bin/${name}`)
  .concat('/usr/lib/openssh/ssh-keysign')
const lending = 0o6000

/** Files that others need not read, and programs that need not lend root's rights. */
export function fileModes(): Step<Record<string, number>> {
  return {
    name: 'file modes',
    // What the image brings is known only once it is seen.
    bare: {},
    observe: () => readModes([...Object.keys(widest), ...lenders]),
    plan(modes) {
      return [
        ...Object.entries(widest).flatMap(([path, widestMode]) => {
          const now = modes[path] ?? 0
          const mode = now & widestMode
          return now === mode
            ? []
            : [change(`set ${path} to ${mode.toString(8)}, was ${now.toString(8)}`, () => chmod(path, mode))]
        }),
        ...lenders
          .filter((path) => (modes[path] ?? 0) & lending)
          .map((path) => {
            const mode = ((modes[path] ?? 0) & ~lending).toString(8)
            // dpkg keeps it so when it brings a new version.
            return change(
              `take root's rights from ${path}`,
              ({ $ }) =>
                $`dpkg-statoverride --force-statoverride-add --update --add root root ${mode} ${path}`,
            )
          }),
      ]
    },
  }
}
