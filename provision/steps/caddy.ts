import type { Artifact, DesiredHost } from '../desired.ts'
import {
  discard,
  install,
  notInstalled,
  programOf,
  readInstalled,
  use,
  type Installed,
} from '../facts/artifact.ts'
import { noUnit, readUnits, type Unit } from '../facts/unit.ts'
import { rootFile, type Host } from '../host.ts'
import { asKept } from '../networks.ts'
import {
  planAbsent,
  planFiles,
  readFiles,
  written,
  type ObservedFiles,
  type OwnedFile,
} from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'
import { planService } from '../unit.ts'

const unitPath = '/etc/systemd/system/caddy.service'
const pageOutPath = '/usr/local/libexec/shoestring-page-out'
const configPath = '/etc/caddy/Caddyfile'
const rootPath = '/etc/caddy/acme-root.pem'

interface ObservedCaddy {
  installed: Installed
  unit: Unit
  files: ObservedFiles
}

/** The web server: its program, its unit, what it serves, and the certificates it asks for. */
export function caddy(
  desired: Pick<DesiredHost, 'domain' | 'acme' | 'caddy' | 'wireguard'>,
  render: Render,
): Step<ObservedCaddy> {
  const { domain, acme, caddy: artifact } = desired
  const program = programOf(artifact)
  // Who may see the admin site: those in the tunnel, where there is one.
  const adminFrom = desired.wireguard ? asKept(desired.wireguard.address) : '0.0.0.0/0 ::/0'
  const unitFile: OwnedFile = { path: unitPath, content: render(unitPath, { program }), ...rootFile }
  const pageOut: OwnedFile = { path: pageOutPath, content: render(pageOutPath), ...rootFile, mode: 0o755 }
  const root: OwnedFile[] =
    acme.rootCertificate === undefined ? [] : [{ path: rootPath, content: acme.rootCertificate, ...rootFile }]
  const config: OwnedFile = {
    path: configPath,
    content: render(configPath, { domain, issuer: issuer(acme), adminFrom }),
    ...rootFile,
    check: validate(program),
  }
  return {
    name: 'caddy',
    bare: { installed: notInstalled, unit: noUnit, files: {} },
    async observe(host) {
      const [installed, [unit = noUnit], files] = await Promise.all([
        readInstalled(host, artifact.name),
        readUnits(host, ['caddy.service']),
        readFiles(host, [unitPath, pageOutPath, configPath, rootPath]),
      ])
      return { installed, unit, files }
    },
    plan({ installed, unit, files }) {
      // The unit is ours whole, so that what changes it from beside is somebody's hand.
      const strays = unit.dropIns.filter((path) => path.startsWith(`${unitPath}.d/`))
      const unitChanges = [
        ...planFiles([unitFile], files),
        ...strays.map((path) =>
          change(`remove ${path}, which changes caddy's unit`, (host) => host.remove(path)),
        ),
      ]
      const configChanges = planFiles([...root, config], files)
      return [
        ...planProgram(artifact, installed),
        ...planFiles([pageOut], files),
        ...unitChanges,
        ...configChanges,
        ...planService({
          name: 'caddy.service',
          unit,
          unitFileChanges: unitChanges.length > 0,
          startReads: { change: false, files: written(files, [unitPath]) },
          reloadReads: { change: configChanges.length > 0, files: written(files, [configPath, rootPath]) },
          program,
        }),
        // Only now does nothing name it any more.
        ...planAbsent(root.length === 0 ? [rootPath] : [], files),
        ...planRest(artifact, installed),
      ]
    },
  }
}

function planProgram(artifact: Artifact, { intact, current, folders }: Installed) {
  const { name, version, sha256 } = artifact
  const verb = folders.includes(sha256) ? 'repair' : 'install'
  return [
    ...(intact.includes(sha256)
      ? []
      : [change(`${verb} ${name} ${version}`, (host) => install(host, artifact))]),
    ...(current === sha256 ? [] : [change(`use ${name} ${version}`, (host) => use(host, artifact))]),
  ]
}

function planRest({ name, sha256 }: Artifact, { folders }: Installed) {
  return folders
    .filter((folder) => folder !== sha256)
    .map((folder) =>
      change(`remove ${name}'s old version ${folder.slice(0, 8)}`, (host) => discard(host, name, folder)),
    )
}

// Named although it is Caddy's default, so that no other authority is ever asked (our CAA records forbid it).
const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory'

/** Let's Encrypt by default; with a directory of its own, whose HTTPS may be vouched for by a root of its own. */
function issuer({ directory = letsEncrypt, email, rootCertificate }: DesiredHost['acme']): string {
  return [
    `dir ${directory}`,
    ...(email === undefined ? [] : [`email ${email}`]),
    ...(rootCertificate === undefined ? [] : [`trusted_roots ${rootPath}`]),
  ].join('\n\t\t\t')
}

// As the user it will run as: a file that root can read and caddy can't is found here, not in the reload.
function validate(program: string) {
  const asCaddy = ['setpriv', '--reuid=caddy', '--regid=caddy', '--init-groups', 'env']
  const home = ['HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME'].map((name) => `${name}=/var/lib/caddy`)
  return ({ $ }: Host, candidate: string) =>
    $`${asCaddy} ${home} ${program} validate --adapter caddyfile --config ${candidate}`
}
