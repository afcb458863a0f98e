import type { DesiredHost } from '../desired.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile } from '../host.ts'
import { planFiles, readFiles, written, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import type { Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const jailsPath = '/etc/fail2ban/jail.local'
export const fail2banUnitPath = '/etc/systemd/system/fail2ban.service.d/00-shoestring.conf'
const configPaths = ['/etc/fail2ban/fail2ban.local', '/etc/fail2ban/filter.d/shoestring-caddy.conf']
const paths = [...configPaths, jailsPath, fail2banUnitPath]

/** Who guesses passwords, at ssh or at the app, is shut out for a while; the operators' networks never are. */
export function fail2ban(
  { sshFrom = [] }: Pick<DesiredHost, 'sshFrom'>,
  render: Render,
): Step<{ unit: Unit; files: ObservedFiles }> {
  // A network that is everywhere is nobody's own.
  const ignore = ['127.0.0.0/8', '::1', ...sshFrom.filter((network) => !network.endsWith('/0'))].join(' ')
  const config: OwnedFile[] = [
    ...configPaths.map((path) => ({ path, content: render(path), ...rootFile })),
    { path: jailsPath, content: render(jailsPath, { ignore }), ...rootFile },
  ]
  const unitFile: OwnedFile = { path: fail2banUnitPath, content: render(fail2banUnitPath), ...rootFile }
  return {
    name: 'fail2ban',
    bare: { unit: noUnit, files: {} },
    async observe(host) {
      const [[unit = noUnit], files] = await Promise.all([
        readUnits(host, ['fail2ban.service']),
        readFiles(host, paths),
      ])
      return { unit, files }
    },
    plan({ unit, files }) {
      const [configChanges, unitChanges] = [planFiles(config, files), planFiles([unitFile], files)]
      return [
        ...configChanges,
        ...unitChanges,
        ...planService({
          name: 'fail2ban.service',
          unit,
          unitFileChanges: unitChanges.length > 0,
          startReads: {
            change: configChanges.length > 0,
            files: written(files, paths),
          },
        }),
      ]
    },
  }
}
