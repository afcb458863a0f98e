import { type Host, rootFile } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Step } from '../step.ts'
import type { Render } from '../template.ts'

/** The host's name, in the kernel and in the files that bring it back at boot. */
export function hostname(
  name: string,
  render: Render,
): Step<{ running: string; cloudInit: boolean; files: ObservedFiles }> {
  const always = owned(['/etc/hostname', '/etc/hosts'], render, name)
  // cloud-init would write both files again at every boot, from a template that is ours as well.
  const withCloudInit = owned(
    ['/etc/cloud/cloud.cfg.d/99-shoestring.cfg', '/etc/cloud/templates/hosts.debian.tmpl'],
    render,
    name,
  )
  return {
    name: 'hostname',
    bare: { running: '', cloudInit: true, files: {} },
    async observe(host) {
      const [running, cloud, files] = await Promise.all([
        host.read('/proc/sys/kernel/hostname'),
        host.list('/etc/cloud'),
        readFiles(
          host,
          [...always, ...withCloudInit].map(({ path }) => path),
        ),
      ])
      return { running: running?.trim() ?? '', cloudInit: cloud.includes('cloud.cfg'), files }
    },
    plan(observed) {
      return [
        ...planFiles(always, observed.files),
        ...(observed.cloudInit ? planFiles(withCloudInit, observed.files) : []),
        ...(observed.running === name ? [] : [change(`name the host ${name}`, rename)]),
      ]
    },
  }

  async function rename({ $ }: Host) {
    await $`hostname ${name}`
  }
}

function owned(paths: string[], render: Render, name: string): OwnedFile[] {
  return paths.map((path) => ({ path, content: render(path, { hostname: name }), ...rootFile }))
}
