# The host as people script it by hand: the same packages, users, files and services as ours, checked as little as such
# scripts check. Node is Debian's, where ours brings its own: the app needs one. Arguments: the operator's name and key.
set -e
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
apt-get update -q
apt-get install -y -q --no-install-recommends \
  apt-listchanges ca-certificates caddy debsums fail2ban libpam-passwdqc libpam-tmpdir needrestart nodejs \
  postgresql-17 python3-systemd sudo systemd-timesyncd ufw unattended-upgrades

hostnamectl set-hostname web

id "$1" >/dev/null 2>&1 || useradd -m -s /bin/bash "$1"
install -d -m 700 -o "$1" -g "$1" "/home/$1/.ssh"
echo "$2" > "/home/$1/.ssh/authorized_keys"
chown "$1:$1" "/home/$1/.ssh/authorized_keys"
chmod 600 "/home/$1/.ssh/authorized_keys"
echo "$1 ALL=(ALL:ALL) NOPASSWD: ALL" > /etc/sudoers.d/operators
chmod 440 /etc/sudoers.d/operators

cat > /etc/ssh/sshd_config.d/00-host.conf <<'CONF'
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
X11Forwarding no
MaxAuthTries 3
CONF
sshd -t
systemctl reload ssh

cat > /etc/sysctl.d/90-host.conf <<'CONF'
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.all.log_martians = 1
net.ipv4.tcp_syncookies = 1
kernel.kptr_restrict = 2
fs.protected_fifos = 2
CONF
sysctl -q --system || true

cat > /etc/apt/apt.conf.d/20auto-upgrades <<'CONF'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
CONF

cat > /etc/fail2ban/jail.local <<'CONF'
[DEFAULT]
backend = systemd
[sshd]
enabled = true
CONF
systemctl restart fail2ban

for rule in 22/tcp 80/tcp 443/tcp 443/udp; do ufw allow "$rule"; done
ufw --force enable

cat > /etc/postgresql/17/main/conf.d/host.conf <<'CONF'
listen_addresses = ''
shared_buffers = 32MB
max_connections = 25
timezone = 'UTC'
CONF
systemctl restart postgresql@17-main
id app >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin app
runuser -u postgres -- psql -qAt -c "select 1 from pg_roles where rolname = 'app'" | grep -q 1 ||
  runuser -u postgres -- psql -q -c 'create role app login'
runuser -u postgres -- psql -qAt -c "select 1 from pg_database where datname = 'accounts'" | grep -q 1 ||
  runuser -u postgres -- createdb --owner=app accounts

cat > /etc/caddy/Caddyfile <<'CONF'
:80 {
  respond "hello"
}
CONF
caddy validate --config /etc/caddy/Caddyfile >/dev/null 2>&1
systemctl enable -q caddy
systemctl reload-or-restart caddy
