import { wireguardUnit } from '../facts/wireguard.ts'

/** Where the state before a risky change lies, and what puts it back. On disk: a power cut confirms nothing. */
export const undoFolder = '/var/lib/shoestring/undo'

/** What puts it back: started by a transient timer of the same name, and by a boot that finds it armed. */
export const undoUnit = 'shoestring-undo.service'
export const undoTimer = 'shoestring-undo.timer'

const tunnelPath = `/etc/systemd/system/${wireguardUnit}`

/** Files that decide who comes in; `/home` and `/root` keys are added by who is there. */
const files = [
  // The firewall first: it is what cuts off most people at once.
  '/etc/default/ufw',
  ...['ufw.conf', 'user.rules', 'user6.rules', 'before.rules', 'before6.rules'].map(
    (name) => `/etc/ufw/${name}`,
  ),
  ...['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid', 'sudoers', 'pam.d/su'].map(
    (name) => `/etc/${name}`,
  ),
  // Limits of logins, and what their shells read.
  ...['login.defs', 'pam.d/common-auth', 'security/limits.d/99-shoestring.conf'].map(
    (name) => `/etc/${name}`,
  ),
  '/etc/profile.d/00-shoestring.sh',
  '/etc/ssh/sshd_config',
  ...['wg0.conf', 'wg0.key'].map((name) => `/etc/wireguard/${name}`),
  tunnelPath,
]

/** Folders of which every file counts, also one that wasn't there before. */
const folders = ['/etc/sudoers.d', '/etc/ssh/sshd_config.d']

/** Notes what stands now. Shell rather than TypeScript, like its counterpart, which must not need our runtime. */
export const noteScript = `set -e
rm -rf ${undoFolder}
mkdir -p ${undoFolder}
chmod 700 ${undoFolder}
cd ${undoFolder}
list() {
  for file in ${files.join(' ')}; do echo "$file"; done
  for folder in ${folders.join(' ')}; do find "$folder" -maxdepth 1 -type f 2>/dev/null || true; done
  for home in /root /home/*; do echo "$home/.ssh/authorized_keys"; done
}
list | while read -r file; do [ ! -f "$file" ] || echo "$file"; done > there
tar --create --file before.tar --directory / --files-from there --absolute-names
ls -1 /home > homes
# sshd lets nobody in whose folders others may write.
stat --format '%a %u:%g %n' /root /root/.ssh /home/* /home/*/.ssh > rights 2>/dev/null || true
for family in iptables ip6tables; do
  command -v $family-save >/dev/null || continue
  $family-save -t filter > $family.rules || true
  # Where nothing was loaded, nothing was filtered.
  grep -q '^[*]filter' $family.rules ||
    printf '*filter\\n:INPUT ACCEPT\\n:FORWARD ACCEPT\\n:OUTPUT ACCEPT\\nCOMMIT\\n' > $family.rules
done
for device in /sys/class/net/*; do
  [ ! -e "$device/mtu" ] || echo "\${device##*/} $(cat "$device/mtu")"
done > mtu`

/** From here on it is put back, whatever happens: every note is on the disk before the first change is. */
export const armScript = `cd ${undoFolder} && sync ./* . .. && touch armed && sync armed .`

/** Puts back what was noted. No line may keep the next one from being tried. */
export const undoScript = `cd ${undoFolder} || exit
# Whoever renames first has decided: the operator came in again, or this runs. A power cut may have stopped it halfway.
mv armed undoing || [ -e undoing ] || exit 0
# At boot nothing has read the files yet, and whoever waited for a service would wait for ever.
[ "$(systemctl is-system-running)" = initializing ] && booting=yes || booting=
if [ ! "$booting" ]; then
  for family in iptables ip6tables; do
    [ ! -s $family.rules ] || $family-restore < $family.rules
  done
  # Whoever tried in vain to come in again may have been banned for it.
  ! command -v fail2ban-client >/dev/null || timeout 10 fail2ban-client unban --all
  while read -r device mtu; do
    [ "$(cat "/sys/class/net/$device/mtu")" = "$mtu" ] || ip link set dev "$device" mtu "$mtu"
  done < mtu
fi
# While systemd still knows how it ends.
grep -qxF ${tunnelPath} there || [ ! -f ${tunnelPath} ] || systemctl disable --now ${wireguardUnit}
mkdir -p was
tar --extract --file before.tar --directory was --same-owner --preserve-permissions --numeric-owner
while read -r file; do
  mkdir -p "\${file%/*}"
  cp -a "was$file" "$file.undo" && mv -f "$file.undo" "$file"
done < there
while read -r mode owner folder; do
  [ ! -d "$folder" ] || { chown "$owner" "$folder"; chmod "$mode" "$folder"; }
done < rights
for file in ${files.join(' ')} ${folders.map((folder) => `${folder}/*`).join(' ')} /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
  [ ! -f "$file" ] || grep -qxF "$file" there || rm -f "$file"
done
ls -1 /home | while read -r name; do grep -qxF "$name" homes || rm -rf "/home/$name"; done
[ "$booting" ] || [ ! -f ${tunnelPath} ] || { systemctl daemon-reload; systemctl restart ${wireguardUnit}; }
# Sessions of sshd outlive its restart.
[ "$booting" ] || [ "$(systemctl is-active ssh.socket)" = active ] ||
  { systemctl reset-failed ssh.service; systemctl restart ssh.service; }
sync
mv undoing undone
sync .`

const loginShell = `[ "$(/bin/sh -lc 'echo in' | tail -n 1)" = in ] || { echo 'a login shell ends too early' >&2; exit 1; }`

/** What a new connection runs to say that it came in, and that a shell stays open. Fails where the old state is back already. */
export const disarmScript = `${loginShell}; cd ${undoFolder} && mv armed disarmed && sync . && systemctl stop ${undoTimer} && rm -rf ${undoFolder}`
