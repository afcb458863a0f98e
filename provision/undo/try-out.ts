// oxlint-disable no-restricted-imports -- the proof is the plugin's
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestHost, TestLab } from '../../lab/hosts/test-lab.ts'
import { provision, type Confirm } from '../../plugin/provisioning.ts'
import { Ssh } from '../../plugin/ssh.ts'
import { readTemplates } from '../../plugin/templates.ts'
import { confirmWayIn } from '../../plugin/way-in.ts'
import type { DesiredHost, Request, Templates } from '../desired.ts'
import { desiredHost, openProvisioned } from '../on-test-host.ts'
import { undoFolder, undoTimer } from './undo-script.ts'

/** A converged host whose operator is ada, with the tests' own key; root's login stays open to look from inside. */
export interface Hardened {
  host: TestHost
  ada: Ssh
  desired(changes?: Partial<DesiredHost>): DesiredHost
  files: Templates
  close(): Promise<void>
}

/** Hardens a host of its own. */
export async function harden(lab: TestLab): Promise<Hardened> {
  const host = await lab.addHost()
  const provisioned = await openProvisioned(lab, host)
  const key = (await readFile(join(lab.stateFolder, 'key.pub'), 'utf8')).trim()
  const desired = (changes: Partial<DesiredHost> = {}): DesiredHost => {
    const task = desiredHost(provisioned.caddy, {
      operators: [{ name: 'ada', keys: [key] }],
      // Who comes in from there is never banned, however often these tests fail to.
      sshFrom: [lab.slot.subnet],
      ...changes,
    })
    if (task.task !== 'host') throw new Error('not a host')
    return task.desired
  }
  const first = await provisioned.converge({ task: 'host', desired: desired() })
  if (first.failure) throw new Error(first.failure.why)
  const { destination } = provisioned.ssh
  await provisioned.close()
  const ada = await Ssh.connect({ ...destination, login: 'ada' })
  const close = () => ada.close()
  return { host, ada, desired, files: await readTemplates(), close }
}

export const sshdPath = '/etc/ssh/sshd_config.d/00-shoestring.conf'

/** What someone might do by settings, by templates, or by hand on the host while the change is not confirmed. */
export interface Bad {
  settings?: Partial<DesiredHost>
  /** What becomes of the templates; a line that changes nothing without it. */
  file?: (templates: Templates) => Templates
  byHand?: string
}

/** The templates with one more line for sshd. */
export function appended(line: string): (files: Templates) => Templates {
  return (files) => ({ ...files, [sshdPath]: `${files[sshdPath]}${line}\n` })
}

/** The templates with an sshd that lets in a group in which nobody is. */
export const nobody = (files: Templates): Templates => ({
  ...files,
  [sshdPath]: files[sshdPath]!.replace('AllowGroups {{ groups }}', 'AllowGroups nogroup'),
})

let attempt = 0

/** A line that changes nothing, and another one at every call. */
export const harmless = (files: Templates): Templates => appended(`# Attempt ${++attempt}.`)(files)

/** A bad change and its confirmation, as ada; then how long it took until she came in again, and what is left. */
export async function tryOut(web: Hardened, bad: Bad, undoAfterSeconds = 8, confirm: Confirm = confirmWayIn) {
  const start = performance.now()
  const request: Request = {
    mode: 'converge',
    task: 'host',
    files: (bad.file ?? harmless)(web.files),
    desired: web.desired(bad.settings),
    undoAfterSeconds,
  }
  const spoil: Confirm = async (ssh, leftMs) => {
    if (bad.byHand) await web.host.$(bad.byHand)
    return confirm(ssh, leftMs)
  }
  const error = await provision(web.ada, request, () => {}, undefined, spoil).then(
    () => undefined,
    (failed: Error) => failed.message,
  )
  const { host, ada } = web
  const back = await Ssh.connect(ada.destination, { patienceMs: 70_000 })
  const { code } = await back.run('true')
  await back.close()
  const seconds = (performance.now() - start) / 1000
  const left = await host.$(`ls ${undoFolder}; systemctl list-units --all --plain --no-legend ${undoTimer}`)
  return { error, code, seconds, left: left.stdout + left.stderr.replace(/ls: cannot access.*\n/, '') }
}
