import { chmod, chown, mkdir, stat } from 'node:fs/promises'
import { OperatorError } from '../errors.ts'
import { readAccounts } from '../facts/accounts.ts'
import { keysPath, noOperators, operatorsGroup, readOperators, type Operators } from '../facts/operators.ts'
import { rootFile, type Host } from '../host.ts'
import { planFiles, readFiles, type ObservedFiles, type OwnedFile } from '../owned-file.ts'
import { change, type Change, type Step } from '../step.ts'
import type { Render } from '../template.ts'

const sudoersPath = '/etc/sudoers.d/shoestring'
const suPath = '/etc/pam.d/su'
const shell = '/bin/bash'
const noShell = '/usr/sbin/nologin'
// A password that must be changed after a year would shut out who has none.
const noAging = ['--key', 'PASS_MAX_DAYS=-1']
// Fits no password, and unlike a locked account it doesn't shut out the key.
const noPassword = '*'

/**
 * The people with a shell: exactly the desired ones, in by exactly their keys, root by sudo.
 * Logins in `keep` stay as they are until another one was proved.
 */
export function operators(
  desired: { name: string; keys: string[] }[],
  render: Render,
  keep: string[] = [],
): Step<Operators & { files: ObservedFiles }> {
  const sudoers: OwnedFile = {
    path: sudoersPath,
    content: render(sudoersPath),
    mode: 0o440,
    owner: 'root',
    group: 'root',
    // A broken sudoers file would take sudo away from everybody.
    check: ({ $ }, candidate) => $`visudo --check --quiet --file=${candidate}`,
  }
  const su: OwnedFile = { path: suPath, content: render(suPath), ...rootFile }
  return {
    name: 'operators',
    guarded: true,
    bare: { ...noOperators, files: {} },
    async observe(host) {
      const names = desired.map(({ name }) => name)
      const [found, files] = await Promise.all([
        readOperators(host, names),
        readFiles(host, [sudoersPath, suPath]),
      ])
      return { ...found, files }
    },
    plan(observed) {
      for (const operator of desired) assertPossible(operator, observed)
      const group = observed.accounts.groups.get(operatorsGroup)
      const former = (group?.members ?? []).filter((name) => !desired.some((one) => one.name === name))
      const leaving = former.filter((name) => !keep.includes(name))
      const rootKeys = lines(observed.keys['root']?.text ?? '')
      return [
        ...(group
          ? []
          : [change(`add group ${operatorsGroup}`, ({ $ }) => $`groupadd --system ${operatorsGroup}`)]),
        ...desired.flatMap((operator) => planOperator(operator, observed)),
        ...planFiles([sudoers, su], observed.files),
        ...leaving.map((name) =>
          change(`remove operator ${name}: key, shell and sudo, not the files`, (host) => retire(host, name)),
        ),
        // Last of all: until here root is who came in.
        ...(keep.includes('root') || rootKeys.length === 0
          ? []
          : [
              change(
                `shut out root: ${rootKeys.length === 1 ? 'its key' : `its ${rootKeys.length} keys`}`,
                (host) => host.write(keysPath('/root'), '', { ...rootFile, mode: 0o600 }),
              ),
            ]),
      ]
    },
  }
}

function planOperator({ name, keys }: { name: string; keys: string[] }, observed: Operators): Change[] {
  const text = `${keys.join('\n')}\n`
  const put = (host: Host) => writeKeys(host, name, text)
  const user = observed.accounts.users.get(name)
  if (!user) {
    const add = ({ $ }: Host) =>
      $`useradd --create-home --shell ${shell} --groups ${operatorsGroup} --password ${noPassword} ${noAging} ${name}`
    return [change(`add operator ${name}`, add), change(`let ${name} in with ${count(keys)}`, put)]
  }
  const member = observed.accounts.groups.get(operatorsGroup)?.members.includes(name)
  const found = observed.keys[name] ?? { text: '', safe: false }
  const there = lines(found.text)
  const missing = keys.filter((key) => !there.includes(key))
  const stray = there.filter((line) => !keys.includes(line))
  const { hash = noPassword, expires = '' } = observed.shadow[name] ?? {}
  return [
    ...(member
      ? []
      : [change(`make ${name} an operator`, ({ $ }) => $`gpasswd --add ${name} ${operatorsGroup}`)]),
    ...(user.shell === shell
      ? []
      : [change(`give ${name} a shell`, ({ $ }) => $`usermod --shell ${shell} ${name}`)]),
    ...(expires === ''
      ? []
      : [change(`let ${name}'s account not end`, ({ $ }) => $`usermod --expiredate ${''} ${name}`)]),
    ...(hash === noPassword
      ? []
      : [change(`take the password from ${name}`, ({ $ }) => $`usermod --password ${noPassword} ${name}`)]),
    ...missing.map((key) => change(`let ${name} in with ${label(key)}`, put)),
    ...stray.map((line) => change(`shut out ${label(line)}, which ${name} isn't to use`, put)),
    ...(missing.length === 0 && stray.length === 0 && (found.text !== text || !found.safe)
      ? [change(`put ${name}'s keys in order`, put)]
      : []),
  ]
}

async function writeKeys(host: Host, name: string, text: string): Promise<void> {
  const { users, groups } = await readAccounts(host)
  const user = users.get(name)
  const group = groups.values().find(({ id }) => id === user?.group)
  if (!user || !group) throw new Error(`user ${name} is gone`)
  // Somebody may have removed it; what was in it is nobody's business here.
  await mkdir(user.home, { recursive: true, mode: 0o700 })
  await chown(user.home, user.id, user.group)
  await chmod(user.home, (await stat(user.home)).mode & 0o755)
  const folder = `${user.home}/.ssh`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chown(folder, user.id, user.group)
  await chmod(folder, 0o700)
  await host.write(keysPath(user.home), text, { mode: 0o600, owner: name, group: group.name })
}

async function retire(host: Host, name: string): Promise<void> {
  const { users } = await readAccounts(host)
  const home = users.get(name)?.home ?? `/home/${name}`
  await host.remove(keysPath(home))
  await host.$`usermod --expiredate 1 --shell ${noShell} ${name}`
  // Ends what still runs, or an open session would outlive the access.
  await host.$({ nothrow: true })`pkill -KILL -u ${name}`
  // Last: a run that dies before this still finds the member here.
  await host.$`gpasswd --delete ${name} ${operatorsGroup}`
}

function assertPossible({ name, keys }: { name: string; keys: string[] }, { accounts }: Operators): void {
  const fix = "correct the operators in the stack's settings"
  if (!/^[a-z][a-z0-9_-]{0,30}$/.test(name)) {
    const why = `"${name}" can't be a user's name: small letters, digits and dashes, a letter first`
    throw new OperatorError(`operators: impossible name`, { why, fix })
  }
  const id = accounts.users.get(name)?.id
  if (id !== undefined && id < 1000) {
    throw new OperatorError(`operators: name taken`, { why: `${name} is a user of the system itself`, fix })
  }
  const bad = keys.find((key) => !/^(ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ [A-Za-z0-9+/]+=*( [^\n]*)?$/.test(key))
  if (keys.length > 0 && bad === undefined) return
  const why = bad === undefined ? `${name} has no key` : `a key of ${name} isn't an OpenSSH public key`
  throw new OperatorError(`operators: impossible key`, { why, fix })
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** A key as people know it: its comment, else how it ends. */
function label(key: string): string {
  const [, body = '', ...comment] = key.trim().split(/\s+/)
  return `key ${comment.join(' ') || `…${body.slice(-8)}`}`
}

function count(keys: string[]): string {
  return keys.length === 1 ? label(keys[0] ?? '') : `${keys.length} keys`
}
