/** Somebody who could get in: by a key, a certificate or a password, with a shell. */
export interface Login {
  user: string
  /** `256 SHA256:… ada@laptop (ED25519)`, as ssh-keygen prints them. */
  keys: string[]
  password: boolean
  /** What sudo lets them do: `(ALL : ALL) NOPASSWD: ALL`. */
  sudo: string[]
  /** What lets them in beside their keys: `trustedusercakeys /etc/ssh/ca.pub`. */
  beside: string[]
  /** Why sshd doesn't let them in, whatever they have; undefined where it does. */
  shutOut?: string
}

/** Asks sshd for each user by itself, because a Match block may say something else for one of them. */
export const loginsScript = `
echo '## logins'
getent passwd | while IFS=: read -r user _ _ _ _ home shell; do
  case $shell in */nologin|*/false|*/sync|*/true|'') continue;; esac
  echo "user $user"
  echo "groups $(id -Gn "$user")"
  # As a stranger would come, from an address that is nobody's (RFC 5737).
  rules=$(sshd -T -C "user=$user,host=203.0.113.1,addr=203.0.113.1" 2>/dev/null) || echo unasked
  echo "$rules" | grep -E '^(permitrootlogin|(pubkey|password|kbdinteractive)authentication|(allow|deny)(users|groups)|trustedusercakeys|authorizedkeyscommand) ' |
    sed 's/^/sshd /'
  files=$(echo "$rules" | sed -n 's/^authorizedkeysfile //p')
  for file in \${files:-.ssh/authorized_keys}; do
    file=$(echo "$file" | sed "s|%u|$user|; s|%h|$home|")
    case $file in /*) ;; *) file=$home/$file;; esac
    [ -s "$file" ] && ssh-keygen -lf "$file" 2>/dev/null | sed 's/^/key /'
  done
  # In days since 1970, as usermod --expiredate sets it.
  ends=$(getent shadow "$user" | cut -d: -f8)
  [ -n "$ends" ] && [ "$ends" -le $(($(date +%s) / 86400)) ] && echo expired
  case $(passwd -S "$user" 2>/dev/null) in *' P '*) echo password;; esac
  sudo -l -U "$user" 2>/dev/null | sed -n 's/^ \\{4\\}\\((.*\\)/sudo \\1/p'
done
`

/** Users who have a shell, and a way in or rights to speak of; root always. */
export function parseLogins(lines: string[]): Login[] {
  const users: string[][] = []
  for (const line of lines) {
    if (line.startsWith('user ')) users.push([])
    users.at(-1)?.push(line)
  }
  return users
    .map(parseLogin)
    .filter(
      ({ user, keys, password, sudo, beside }) =>
        user === 'root' || keys.length > 0 || password || sudo.length > 0 || beside.length > 0,
    )
}

function parseLogin(lines: string[]): Login {
  const said = (word: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
  const [user = ''] = said('user')
  const password = lines.includes('password')
  const rules = said('sshd').map((line) => line.split(' '))
  // A list is one line an entry, or all in one, by the version of sshd.
  const rule = (name: string): string[] => rules.flatMap(([key, ...values]) => (key === name ? values : []))
  const shutOut = lines.includes('expired')
    ? 'the account has expired'
    : whyShut({ user, groups: said('groups').join(' ').split(' '), password }, rule)
  const beside = ['trustedusercakeys', 'authorizedkeyscommand'].flatMap((name) => {
    const value = rule(name).join(' ')
    return value === '' || value === 'none' ? [] : [`${name} ${value}`]
  })
  return {
    user,
    keys: said('key'),
    password,
    sudo: said('sudo'),
    beside: [...beside, ...(lines.includes('unasked') ? ['sshd could not be asked what it lets in'] : [])],
    ...(shutOut !== undefined && { shutOut }),
  }
}

function whyShut(login: Asked, rule: (name: string) => string[]): string | undefined {
  const { user, groups, password } = login
  const allowed = (name: string, ofWhom: string[]) =>
    rule(name).length === 0 ||
    rule(name).some((pattern) => ofWhom.some((one) => matches(pattern.split('@')[0] ?? '', one)))
  // `ada@10.0.0.0/8` denies her from there alone, which is not being shut out.
  const denied = (name: string, ofWhom: string[]) =>
    rule(name).some((pattern) => ofWhom.some((one) => !pattern.includes('@') && matches(pattern, one)))
  const says = (name: string, answer: string) => rule(name)[0] === answer
  if (user === 'root' && says('permitrootlogin', 'no')) return 'PermitRootLogin no'
  if (denied('denyusers', [user])) return 'named in DenyUsers'
  if (!allowed('allowusers', [user])) return 'not in AllowUsers'
  if (denied('denygroups', groups)) return 'in a group of DenyGroups'
  if (!allowed('allowgroups', groups)) return 'in no group of AllowGroups'
  const byPassword =
    password && (says('passwordauthentication', 'yes') || says('kbdinteractiveauthentication', 'yes'))
  return says('pubkeyauthentication', 'no') && !byPassword ? 'PubkeyAuthentication no' : undefined
}

interface Asked {
  user: string
  groups: string[]
  password: boolean
}

/** sshd's own `*` and `?`. */
function matches(pattern: string, name: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}
