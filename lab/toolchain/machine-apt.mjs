import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A place of Debian packages.
 * @typedef {{ uri: string, suite: string }} Source
 */

/**
 * The machine's settings of how apt fetches (proxies, dates, retries), by file name.
 * @param {string} [etcApt]
 * @returns {Record<string, string>}
 */
export function fetchSettings(etcApt = '/etc/apt') {
  const files = [...filesIn(join(etcApt, 'apt.conf.d'), /^[\w.-]+$/), ...filesIn(etcApt, /^apt\.conf$/)]
  // Hooks call programs that the image does not have; index targets are for desktops.
  const useful = files.filter(({ text }) => /^\s*Acquire::/m.test(text) && !/Invoke|IndexTargets/.test(text))
  return Object.fromEntries(useful.map(({ name, text }) => [name, text]))
}

/**
 * Where this machine's own Debian packages come from.
 * @param {string} etcApt
 * @returns {Source[]}
 */
export function machineSources(etcApt) {
  const folder = join(etcApt, 'sources.list.d')
  const stanzas = filesIn(folder, /\.sources$/).flatMap(({ text }) => text.split(/\n\s*\n/).map(readStanza))
  const lines = [...filesIn(etcApt, /^sources\.list$/), ...filesIn(folder, /\.list$/)]
    .flatMap(({ text }) => text.split('\n'))
    .map(readLine)
  return [...stanzas, ...lines]
    .filter(({ types, components }) => types.includes('deb') && components.includes('main'))
    .flatMap(({ uris, suites, signedBy }) =>
      uris
        .map(firstMirror)
        .flatMap((uri) => (isDebian(uri, signedBy) ? suites.map((suite) => ({ uri, suite })) : [])),
    )
}

/**
 * Other archives call their suites like Debian's, and one calls its folder so; they are signed with keys of their own.
 * @param {string} uri
 * @param {string} signedBy
 */
function isDebian(uri, signedBy) {
  if (!/^https?:/.test(uri)) return false
  return signedBy === '' ? /\/debian(-security)?$/.test(uri) : signedBy.includes('debian-archive')
}

/** @param {string} text deb822, as in debian.sources */
function readStanza(text) {
  const unfolded = text.replace(/^#.*\n?/gm, '').replace(/\n[ \t]+/g, ' ')
  /** @param {string} field */
  const words = (field) =>
    (new RegExp(`^${field}:(.*)$`, 'im').exec(unfolded)?.[1] ?? '').split(/\s+/).filter(Boolean)
  const enabled = words('Enabled')[0] !== 'no'
  return {
    types: enabled ? words('Types') : [],
    uris: words('URIs'),
    suites: words('Suites'),
    components: words('Components'),
    signedBy: words('Signed-By').join(' '),
  }
}

/** @param {string} line `deb [signed-by=…] http://mirror.example.com/debian bookworm main` */
function readLine(line) {
  const [, type = '', options = '', uri = '', suite = '', components = ''] =
    /^\s*(deb)\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? []
  return {
    types: [type],
    uris: [uri],
    suites: [suite],
    components: components.split(/\s+/),
    signedBy: /signed-by=(\S+)/i.exec(options)?.[1] ?? '',
  }
}

/** Debian's cloud images name their mirrors in a file: `mirror+file:/etc/apt/mirrors/debian.list`. */
function firstMirror(/** @type {string} */ uri) {
  const file = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1]
  const first = file ? (readOrNothing(file).split('\n')[0]?.split(/\s/)[0] ?? '') : uri
  return first.replace(/\/+$/, '')
}

/**
 * @param {string} folder
 * @param {RegExp} name
 */
function filesIn(folder, name) {
  /** @type {string[]} */
  let names = []
  try {
    names = readdirSync(folder)
  } catch {
    // A machine without that folder has nothing to say here.
  }
  return (
    names
      .filter((candidate) => name.test(candidate))
      // oxlint-disable-next-line unicorn/no-array-sort -- Node 18 has no toSorted
      .sort()
      .map((found) => ({ name: found, text: readOrNothing(join(folder, found)) }))
  )
}

/** @param {string} file */
function readOrNothing(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
