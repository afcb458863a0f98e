import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A program the lab needs, and the ways to it.
 * @typedef {object} Tool
 * @property {string} name as a person reads it
 * @property {string} program
 * @property {string[]} companions programs that a release has beside it
 * @property {string} version
 * @property {string[]} versionArgs
 * @property {(version: string) => boolean} fits
 * @property {Release} release
 * @property {GoSource[]} sources
 */

/**
 * An official archive. Its sum comes from its publisher over https, from another place than the archive where there is
 * one; a sum committed here would be better, and belongs here as soon as somebody has checked one.
 * @typedef {object} Release
 * @property {string} archive
 * @property {string} sums a page that has the archive's name and its sum
 * @property {'sha256' | 'sha512'} algorithm
 * @property {string} folder where in the archive the programs are
 */

/**
 * A program from the Go module proxy; `module` is a folder here with its go.mod and go.sum.
 * @typedef {{ module: string, package: string, ldflags: string, env?: Record<string, string> }} GoSource
 */

const caddyVersion = '2.11.9'
const pebbleVersion = '2.10.1'
const github = 'https://github.com'

/**
 * The engine of exactly the version that the SDK in package.json has. A release brings its language host for Node;
 * beside a built one the lab's stand-in takes its place, because the official one's source can't be had by itself.
 * @param {string} clone
 * @returns {Tool}
 */
export function engine(clone, machine = platform()) {
  const version = sdkVersion(clone)
  const archive = `pulumi-v${version}-${machine.os}-${machine.node}.tar.gz`
  return {
    name: 'pulumi',
    program: 'pulumi',
    companions: ['pulumi-language-nodejs'],
    version,
    versionArgs: ['version'],
    fits: (found) => found === version,
    release: {
      archive: `https://get.pulumi.com/releases/sdk/${archive}`,
      sums: `${github}/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
      algorithm: 'sha256',
      folder: 'pulumi',
    },
    sources: [
      {
        module: 'engine',
        package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
        // Without it `pulumi version` answers nothing and the Automation API refuses the engine.
        ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
      },
    ],
  }
}

/**
 * The web server of the hosts; it also runs there, so it must not ask for this machine's libc.
 * @returns {Tool}
 */
export function caddy(machine = platform()) {
  const archive = `caddy_${caddyVersion}_${machine.os}_${machine.go}.tar.gz`
  const releases = `${github}/caddyserver/caddy/releases/download/v${caddyVersion}`
  return {
    name: 'caddy',
    program: 'caddy',
    companions: [],
    version: caddyVersion,
    versionArgs: ['version'],
    fits: (found) => found.startsWith('2.11.'),
    release: {
      archive: `${releases}/${archive}`,
      sums: `${releases}/caddy_${caddyVersion}_checksums.txt`,
      algorithm: 'sha512',
      folder: '.',
    },
    sources: [
      {
        module: 'caddy',
        package: 'github.com/caddyserver/caddy/v2/cmd/caddy',
        ldflags: `-s -w -X github.com/caddyserver/caddy/v2.CustomVersion=v${caddyVersion}`,
        // As its publisher builds it: without databases that nobody here keeps certificates in, 6 MB less.
        env: { CGO_ENABLED: '0', GOFLAGS: '-tags=nobadger,nomysql,nopgx' },
      },
    ],
  }
}

/**
 * Let's Encrypt's test CA.
 * @returns {Tool}
 */
export function pebble(machine = platform()) {
  const build = `pebble-${machine.os}-${machine.go}`
  return {
    name: 'pebble',
    program: 'pebble',
    companions: [],
    version: pebbleVersion,
    versionArgs: ['-version'],
    fits: (found) => found === pebbleVersion,
    release: {
      archive: `${github}/letsencrypt/pebble/releases/download/v${pebbleVersion}/${build}.tar.gz`,
      // It publishes no file of sums; GitHub tells a digest of every asset.
      sums: `https://api.github.com/repos/letsencrypt/pebble/releases/tags/v${pebbleVersion}`,
      algorithm: 'sha256',
      folder: `${build}/${machine.os}/${machine.go}`,
    },
    sources: [
      {
        module: 'pebble',
        package: 'github.com/letsencrypt/pebble/v2/cmd/pebble',
        ldflags: `-s -w -X main.version=${pebbleVersion}`,
        env: { CGO_ENABLED: '0' },
      },
    ],
  }
}

/** This machine in the words of those who publish programs for it. */
function platform() {
  return { os: process.platform, node: process.arch, go: process.arch === 'x64' ? 'amd64' : process.arch }
}

/** @param {string} clone */
function sdkVersion(clone) {
  const { dependencies } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'))
  return String(dependencies['@pulumi/pulumi'])
}
