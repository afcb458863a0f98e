/** What Lynis would like and this host doesn't do, by the test that says so, with the reason. */
export const leftOut: { test: string; why: string; onlyInContainer?: true }[] = [
  { test: 'LYNIS', why: "Debian's version of Lynis is fetched for the audit alone and removed after it" },
  {
    test: 'BOOT-5122',
    why: 'whoever reaches the boot loader of a droplet is signed in at DigitalOcean already',
  },
  { test: 'BOOT-5180', why: 'it looks for a runlevel, which systemd does not have' },
  { test: 'BOOT-5264', why: 'ours are in a sandbox; what Debian brings keeps its own units' },
  {
    test: 'KRNL-5788',
    why: 'a container has the kernel of its machine and none of its own',
    onlyInContainer: true,
  },
  { test: 'KRNL-6000', why: "in a container these are its machine's", onlyInContainer: true },
  { test: 'AUTH-9229', why: 'nobody has a password' },
  {
    test: 'AUTH-9284',
    why: 'operators have no password, only keys; locked is what their passwords should be',
  },
  {
    test: 'DEB-0810',
    why: 'it asks a server for bugs at every apt, and stops updates where that does not answer',
  },
  {
    test: 'FILE-6310',
    why: 'a droplet has one disk of 10 GB; /home and /var are mounted over themselves with fewer rights',
  },
  { test: 'USB-3000', why: 'a droplet has no USB; its modules never load' },
  { test: 'NAME-4028', why: 'the host has no domain of its own; the sites have' },
  {
    test: 'PKGS-7388',
    why: 'it looks for the security archive under one name; unattended upgrades come from it',
  },
  { test: 'PKGS-7394', why: 'apt list --upgradable says the same' },
  { test: 'FIRE-4513', why: 'a rule that met nothing yet is not a rule too many' },
  { test: 'SSH-7408', why: 'another port is obscurity, and costs everybody who works here a setting' },
  { test: 'LOGG-2154', why: 'a second server for logs costs as much as this one' },
  {
    test: 'ACCT-9622',
    why: 'a line for every program that ever ran fills a small disk and is read by nobody',
  },
  { test: 'ACCT-9626', why: "DigitalOcean's graphs show load and memory" },
  { test: 'ACCT-9628', why: 'auditd holds 10 MB and needs a kernel of its own' },
  {
    test: 'MACF-6290',
    why: "AppArmor is the kernel's, which is not the container's own",
    onlyInContainer: true,
  },
  { test: 'FINT-4350', why: 'drift is found by comparing every owned file; debsums knows those of Debian' },
  { test: 'TOOL-5002', why: 'this program is the automation' },
  { test: 'HRDN-7230', why: 'a scanner for malware needs more memory than the host has' },
  { test: 'MALW-3280', why: 'a scanner for malware needs more memory than the host has' },
]
