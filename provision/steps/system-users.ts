import { bareAccounts, readAccounts, type Accounts } from '../facts/accounts.ts'
import { change, type Step } from '../step.ts'

/** A user that only a service runs as. */
export interface SystemUser {
  name: string
  home: string
  /** Groups of other services whose sockets it uses. */
  groups?: string[]
}

const shell = '/usr/sbin/nologin'

/** Users without a shell or a password, one for each service. */
export function systemUsers(desired: SystemUser[]): Step<Accounts> {
  return {
    name: 'system users',
    bare: bareAccounts,
    observe: readAccounts,
    plan({ users, groups }) {
      return desired.flatMap(({ name, home, groups: wanted = [] }) => {
        const user = users.get(name)
        const missing = wanted.filter((group) => !groups.get(group)?.members.includes(name))
        return [
          ...(!user
            ? [
                change(
                  `add user ${name}`,
                  ({ $ }) => $`useradd --system --user-group --home-dir ${home} --shell ${shell} ${name}`,
                ),
              ]
            : user.shell !== shell || user.home !== home
              ? [
                  change(
                    `take the shell from ${name}`,
                    ({ $ }) => $`usermod --home ${home} --shell ${shell} ${name}`,
                  ),
                ]
              : []),
          ...missing.map((group) =>
            change(`add ${name} to group ${group}`, ({ $ }) => $`gpasswd --add ${name} ${group}`),
          ),
        ]
      })
    },
  }
}
