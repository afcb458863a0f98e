import { adasKey, evesKey } from '../provision/on-test-host.ts'

/** Something that people do on a server and forget, and how a plan says to put it back. */
export interface HandMade {
  command: string
  found: RegExp
}

const psql = (sql: string): string => `runuser -u postgres -- psql -Xq -c "${sql}"`

/** One of a kind; all of them at once on one host are still told apart. */
export const handMade: Record<string, HandMade> = {
  'a line in the Caddyfile': {
    command: 'echo "# mine" >> /etc/caddy/Caddyfile',
    found: /^caddy: update \/etc\/caddy\/Caddyfile, -1 \+0$/,
  },
  'a sudoers file that everybody may write': {
    command: 'chmod 666 /etc/sudoers.d/shoestring',
    found: /^operators: set \/etc\/sudoers.d\/shoestring to root:root 440, was root:root 666$/,
  },
  'a file given to somebody else': {
    command: 'chown nobody /etc/apt/apt.conf.d/60-shoestring-upgrades',
    found:
      /^upgrades: set \/etc\/apt\/apt.conf.d\/60-shoestring-upgrades to root:root 644, was nobody:root 644$/,
  },
  'a new operator': {
    command: 'useradd -m -G shoestring-operators mallory',
    found: /^operators: remove operator mallory/,
  },
  'a second key': {
    command: `echo '${evesKey}' >> /home/ada/.ssh/authorized_keys`,
    found: /^operators: shut out key eve@cafe/,
  },
  "an operator's shell taken": {
    command: 'usermod -s /usr/sbin/nologin ada',
    found: /^operators: .*ada.*(shell|bash)/,
  },
  'an open port': { command: 'ufw allow 8080', found: /^firewall: close 8080$/ },
  'a rule for IPv6 alone': {
    command: 'ufw allow proto tcp from 2001:db8:ffff::7 to any port 5432',
    found: /^firewall: delete rule ".*2001:db8:ffff::7.*5432"$/,
  },
  'a rule for IPv4 alone': {
    command: 'ufw deny from 192.0.2.7',
    found: /^firewall: delete rule "deny in from 192.0.2.7 to any"$/,
  },
  'a rule taken away': { command: 'ufw delete allow 443/udp', found: /^firewall: allow 443\/udp$/ },
  'all let in where no rule is': {
    command: 'ufw default allow incoming',
    found: /^firewall: (deny what no rule lets in|disable, because the kernel doesn't filter by it|enable)$/,
  },
  'a unit that no longer starts at boot': {
    command: 'systemctl disable caddy',
    found: /^caddy: enable caddy at boot$/,
  },
  'a masked unit': {
    command: 'systemctl mask --now fail2ban',
    found: /^fail2ban: (unmask fail2ban|enable fail2ban at boot|start fail2ban)$/,
  },
  'an edited unit': {
    command:
      'sed -i s/^ProtectSystem=.*/ProtectSystem=no/ /etc/systemd/system/caddy.service && systemctl daemon-reload',
    found:
      /^caddy: (update \/etc\/systemd\/system\/caddy.service|make systemd read caddy's unit|restart caddy)/,
  },
  'a drop-in of a unit of ours': {
    command:
      'mkdir -p /etc/systemd/system/caddy.service.d && printf "[Service]\\nNoNewPrivileges=no\\n" > /etc/systemd/system/caddy.service.d/mine.conf && systemctl daemon-reload',
    found: /^caddy: .*caddy.service.d\/mine.conf/,
  },
  'a kernel setting, now': {
    command: 'sysctl -w net.ipv4.conf.all.accept_redirects=1 net.ipv4.conf.default.accept_redirects=1',
    found: /^kernel: set net.ipv4.conf.\*.accept_redirects to 0, was 1 on /,
  },
  'a kernel setting, at boot': {
    command: 'echo kernel.kptr_restrict = 0 >> /etc/sysctl.d/99-shoestring.conf',
    found: /^kernel: update \/etc\/sysctl.d\/99-shoestring.conf, -1 \+0$/,
  },
  'a database given to somebody else': {
    command: psql('alter database accounts owner to postgres'),
    found: /^database: give database accounts to role accounts_owner, was postgres's$/,
  },
  'a database open to all roles': {
    command: psql('grant connect on database accounts to public'),
    found: /^database: close database accounts to other roles$/,
  },
  'a role with all rights': {
    command: psql('alter role app superuser createdb'),
    found: /^database: take superuser createdb from role app$/,
  },
  'who may come into Postgres': {
    command: 'echo "local all all trust" >> /etc/postgresql/17/main/pg_hba.conf',
    found: /^postgres: (update \/etc\/postgresql\/17\/main\/pg_hba.conf, -1 \+0|reload postgresql@17-main)$/,
  },
  'a database that boot leaves alone': {
    command: 'systemctl disable postgresql && echo manual > /etc/postgresql/17/main/start.conf',
    found: /^postgres: start cluster 17\/main at boot$/,
  },
  'a rule for what passes through': {
    command: 'ufw route allow proto udp from any to 10.0.0.1 port 53',
    found: /^firewall: delete rule "route allow proto udp from any to 10.0.0.1 port 53"$/,
  },
  'a package removed': {
    command: 'apt-get -qy remove needrestart',
    found: /^packages: install needrestart$/,
  },
  "apt's settings": {
    command: 'echo \'APT::Install-Recommends "true";\' >> /etc/apt/apt.conf.d/00-shoestring',
    found: /^packages: update \/etc\/apt\/apt.conf.d\/00-shoestring, -1 \+0$/,
  },
  'another host name': {
    command: 'hostnamectl set-hostname elsewhere',
    found: /^hostname: /,
  },
  'passwords at ssh': {
    command:
      'sed -i "s/^PasswordAuthentication no/PasswordAuthentication yes/" /etc/ssh/sshd_config.d/00-shoestring.conf',
    found: /^sshd: (update \/etc\/ssh\/sshd_config.d\/00-shoestring.conf, -1 \+1|reload ssh)$/,
  },
  'a setting of Postgres, by ALTER SYSTEM': {
    command: psql('alter system set max_connections to 300'),
    found:
      /^postgres: (take max_connections out of \/var\/lib\/postgresql\/17\/main\/postgresql.auto.conf|restart postgresql)/,
  },
  'a setting of Postgres, below ours': {
    command: `echo "listen_addresses = '*'" >> /etc/postgresql/17/main/postgresql.conf`,
    found: /^postgres: take listen_addresses out of \/etc\/postgresql\/17\/main\/postgresql.conf$/,
  },
  'a role in a mighty one': {
    command: psql('grant pg_read_server_files to app'),
    found: /^database: take role app out of role pg_read_server_files$/,
  },
  "a jail's settings": {
    command: 'echo "maxretry = 1000" >> /etc/fail2ban/jail.local',
    found: /^fail2ban: (update \/etc\/fail2ban\/jail.local, -1 \+0|restart fail2ban)$/,
  },
  'a file removed': {
    command: 'rm /etc/systemd/journald.conf.d/00-shoestring.conf',
    found: /^journal: /,
  },
  'another banner': { command: 'echo welcome > /etc/issue', found: /^banner: update \/etc\/issue,/ },
  'rights that a package brings, given back': {
    command: 'chmod u+s /usr/bin/chfn',
    found: /^file modes: take root's rights from \/usr\/bin\/chfn$/,
  },
  'another Caddy': {
    command:
      'printf "#!/bin/sh\\n" > /opt/shoestring/caddy/next && mv /opt/shoestring/caddy/next "$(readlink -f /opt/shoestring/caddy/current)/caddy"',
    found: /^caddy: .*(install|unpack|Caddy 2|caddy 2|use caddy|restart)/i,
  },
  'a switched-off service switched on': {
    command: 'systemctl unmask unattended-upgrades',
    found: /^idle services: switch unattended-upgrades.service off/,
  },
  'no more upgrades by themselves': {
    command: 'systemctl disable --now apt-daily-upgrade.timer',
    found: /^upgrades: (enable apt-daily-upgrade.timer at boot|start apt-daily-upgrade.timer)$/,
  },
  "the app's secret, for all to read": {
    command: 'chmod 644 /etc/shoestring/app-secret',
    found: /^app-secret: set \/etc\/shoestring\/app-secret to root:root 400, was root:root 644$/,
  },
  'a user in another group': {
    command: 'gpasswd -d caddy app || deluser caddy app',
    found: /^(users|system users): .*caddy/,
  },
}

/** Things on the same host that are nobody's but the person's who made them. */
export const unowned = [
  'useradd -m carol',
  'echo hello > /srv/note',
  'mkdir -p /etc/systemd/system/mine.service.d && printf "[Service]\\nExecStart=/bin/true\\n" > /etc/systemd/system/mine.service && systemctl daemon-reload',
  'echo mine=1 > /etc/default/mine',
  psql('create role reporting'),
  `mkdir -p -m 700 /home/carol/.ssh && echo '${adasKey}' > /home/carol/.ssh/authorized_keys`,
]

/** Which of them no line of a drift names, and which lines name none of them. */
export function compared(lines: string[]): { missed: string[]; unasked: string[] } {
  const changes = Object.entries(handMade)
  return {
    missed: changes.filter(([, { found }]) => !lines.some((line) => found.test(line))).map(([what]) => what),
    unasked: lines.filter((line) => !changes.some(([, { found }]) => found.test(line))),
  }
}
