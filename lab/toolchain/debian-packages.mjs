import { readdirSync, readFileSync } from 'node:fs'
import { run } from './run.mjs'
import { reasonOf, SetupError } from './setup-error.mjs'

const forLab = [
  'bind9-dnsutils',
  'ca-certificates',
  'curl',
  'debian-archive-keyring',
  'debootstrap',
  'gpgv',
  'iproute2',
  // Node 26 is linked against it.
  'libatomic1',
  'nftables',
  'openssh-client',
  'openssl',
  'systemd-container',
]

// A browser, and what fetches DigitalOcean's client for Python.
const forTests = ['chromium', 'python3-pip']

/**
 * The Debian packages that are missing on this machine: dpkg's own list is read, which takes milliseconds.
 * @param {string} what `start`, `test` or `lab`
 * @param {string} [statusFile]
 */
export function missingPackages(what, statusFile = '/var/lib/dpkg/status') {
  const wanted = what === 'test' ? [...forLab, ...forTests] : forLab
  const installed = installedPackages(statusFile)
  return wanted.filter((name) => !installed.has(name))
}

/**
 * Says which packages are missing, then installs them.
 * @param {string[]} missing
 * @param {import('./progress.mjs').Say} say
 * @param {import('./run.mjs').Log} log
 */
export async function installPackages(missing, say, log) {
  const list = `${missing.length} package${missing.length === 1 ? '' : 's'} to install: ${missing.join(' ')}`
  say.now(list)
  /** @param {string[]} args */
  const apt = (args) =>
    // Not tied to us: a dpkg that is killed midway leaves the machine's package system broken.
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-y', ...args], {
      env: aptEnvironment,
      log,
      say,
      tie: 'none',
    })
  const install = ['install', '--no-install-recommends', ...missing]
  try {
    // Settles what somebody else's interrupted apt has left.
    await run('dpkg', ['--configure', '-a'], { env: aptEnvironment, log, say, tie: 'none' })
    if (!hasPackageLists()) await apt(['update'])
    await apt(install).catch(async () => {
      // Package lists of last month name files that mirrors no longer have.
      await apt(['update'])
      await apt(install)
    })
  } catch (cause) {
    throw new SetupError('Debian packages could not be installed', {
      why: reasonOf(cause),
      fix: `run it by hand and see: apt-get update && apt-get install ${missing.join(' ')}`,
      cause,
    })
  }
  return list.replace(' to install', '')
}

const aptEnvironment = {
  ...process.env,
  DEBIAN_FRONTEND: 'noninteractive',
  NEEDRESTART_MODE: 'a',
  LC_ALL: 'C',
}

/**
 * @param {string} statusFile
 * @returns {Set<string>}
 */
function installedPackages(statusFile) {
  try {
    const stanzas = readFileSync(statusFile, 'utf8').split('\n\n')
    const installed = stanzas.filter((stanza) => stanza.includes('\nStatus: install ok installed'))
    return new Set(installed.map((stanza) => /^Package: (.*)$/m.exec(stanza)?.[1] ?? ''))
  } catch (cause) {
    throw new SetupError('this machine is not a Debian', {
      why: `${statusFile} can not be read, so packages can not be looked for`,
      fix: 'use a Debian 12 or 13 machine or virtual machine',
      cause,
    })
  }
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'))
  } catch {
    return false
  }
}
