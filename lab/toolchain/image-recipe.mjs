import { createHash } from 'node:crypto'
import { sourcesFile, trixieSources } from './apt-sources.mjs'
import { fetchSettings } from './machine-apt.mjs'

/**
 * Everything that decides what the image holds.
 * @typedef {{ mirror: string, packages: string[], files: Record<string, string>, install: string, settle: string }} Recipe
 */

/** What DigitalOcean's Debian image has and this program or cloud-init needs. */
const packages = [
  'systemd',
  'systemd-sysv',
  'systemd-timesyncd',
  'libpam-systemd',
  'dbus',
  'openssh-server',
  'iproute2',
  'iputils-ping',
  'netbase',
  'procps',
  'kmod',
  'ca-certificates',
  'sudo',
  'curl',
  'wget',
  'xz-utils',
  'less',
  'python3',
  'cloud-init',
]

const cloudInit = `# A droplet's first boot, told by a seed on its disk instead of a metadata service.
datasource_list: [NoCloud]
disable_root: false
users: []
manage_etc_hosts: true
# The address is set from outside, as a container's is.
network: {config: disabled}
growpart: {mode: 'off'}
resize_rootfs: false
apt: {preserve_sources_list: true}
`

// Run in the image at its end. It leaves nothing that two hosts must not share, and nothing a container waits for.
const settle = `
systemctl enable ssh.service
systemctl mask systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service console-getty.service
rm -f /etc/ssh/ssh_host_* /usr/sbin/policy-rc.d /etc/hostname
rm -rf /var/lib/cloud /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/lib/apt/lists/*
mkdir -p /var/lib/apt/lists/partial /var/lib/cloud/seed/nocloud
find /var/log -type f -delete
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id
rm -f /etc/resolv.conf; : > /etc/resolv.conf
`

// Run on the machine, in namespaces of its own. Names are resolved as on the machine: its files are bound over the image's for this moment.
const install = `
root=$1; settle=$2; shift 2
mount -t proc proc "$root/proc"
mount -t devpts devpts "$root/dev/pts"
touch "$root/etc/resolv.conf"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind /etc/hosts "$root/etc/hosts"
rm -f "$root/etc/apt/sources.list"
fast='-o DPkg::Options::=--force-unsafe-io'
chroot "$root" apt-get update
chroot "$root" apt-get $fast -y dist-upgrade
chroot "$root" apt-get $fast -y --no-install-recommends install "$@"
umount "$root/etc/resolv.conf" "$root/etc/hosts"
chroot "$root" sh -euc "$settle"
`

/**
 * The recipe of the base image on this machine.
 * @returns {Recipe}
 */
export function imageRecipe() {
  const sources = trixieSources()
  return {
    mirror: sources[0]?.uri ?? '',
    packages,
    files: {
      'etc/apt/sources.list.d/debian.sources': sourcesFile(sources),
      ...prefixed('etc/apt/apt.conf.d/', fetchSettings()),
      'etc/cloud/cloud.cfg.d/99-lab.cfg': cloudInit,
      // Without it cloud-init's generator looks for a cloud in hardware that a container does not have.
      'etc/cloud/ds-identify.cfg': 'policy: enabled\ndatasource: NoCloud\n',
      'etc/hosts': '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n',
      // Nothing starts while packages are installed; settle removes it.
      'usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n',
    },
    install,
    settle,
  }
}

/** @param {Recipe} recipe */
export function imageKey(recipe) {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 10)
  return `debian-13-${process.arch}-${hash}`
}

/**
 * @param {string} prefix
 * @param {Record<string, string>} files
 */
function prefixed(prefix, files) {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [prefix + name, text]))
}
