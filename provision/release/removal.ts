import { change, type Step } from '../step.ts'
import { stopDrained } from './cut-over.ts'
import { appFolder, currentLink, unitOf } from './folder.ts'
import { commandPath, noReleases, readReleases, unitPath, type ObservedReleases } from './observed.ts'

/** Everything that `release` put on a host, taken away; the database stays. */
export function releaseRemoval(): Step<ObservedReleases> {
  return {
    name: 'app',
    bare: noReleases,
    observe: (host) => readReleases(host),
    plan({ units, current, folders, leftovers, files }) {
      const running = Object.entries(units).filter(
        ([, { state, enabled }]) => enabled || state !== 'inactive',
      )
      const count = folders.length + leftovers.length
      return [
        ...(current === undefined ? [] : [change('stop serving', (host) => host.remove(currentLink))]),
        ...running.map(([hash]) => change(`stop ${unitOf(hash)}`, (host) => stopDrained(host, hash))),
        ...(count === 0
          ? []
          : [
              change(`remove ${count} ${count === 1 ? 'release' : 'releases'}`, (host) =>
                host.remove(appFolder),
              ),
            ]),
        ...(files[commandPath] ? [change(`remove ${commandPath}`, (host) => host.remove(commandPath))] : []),
        ...(files[unitPath]
          ? [
              change(`remove ${unitPath}`, async (host) => {
                await host.remove(unitPath)
                await host.$`systemctl daemon-reload`
              }),
            ]
          : []),
      ]
    },
  }
}
