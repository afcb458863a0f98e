import { machineSources } from './machine-apt.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {import('./machine-apt.mjs').Source} Source */

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Where Debian 13 comes from: the machine's own mirrors if it has any, because others may be out of its reach.
 * @param {string} [etcApt]
 * @returns {Source[]} the base suite first
 */
export function trixieSources(etcApt = '/etc/apt') {
  const found = machineSources(etcApt).flatMap(({ uri, suite }) => {
    const kind = /^(?:bookworm|trixie|stable|testing)(-updates|-security)?$/.exec(suite)
    return kind ? [{ uri, suite: `trixie${kind[1] ?? ''}` }] : []
  })
  const own = ['trixie', 'trixie-updates', 'trixie-security'].flatMap(
    (suite) => found.find((source) => source.suite === suite) ?? [],
  )
  if (own[0]?.suite === 'trixie') return own
  throw new SetupError('there is no mirror to make the Debian 13 image from', {
    why: `${etcApt} names none that has bookworm, trixie, stable or testing`,
    fix: 'name a Debian mirror in /etc/apt/sources.list.d/debian.sources, then run this again',
  })
}

/**
 * The content of debian.sources for these.
 * @param {Source[]} sources
 */
export function sourcesFile(sources) {
  const stanzas = sources.map(
    ({ uri, suite }) =>
      `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`,
  )
  return stanzas.join('\n')
}
