import { join } from 'node:path'
import { onHostScript } from '../../cli/audit/on-host-script.ts'
import { inputsFor } from '../../cli/on-lab-host.ts'
import type { TestHost, TestLab } from '../../lab/hosts/test-lab.ts'
import { closeConnections, connected, useKeyFile } from '../../plugin/connection.ts'
import { host as hostResource, requestFor, type HostInputs } from '../../plugin/host.ts'
import type { Call } from '../../plugin/provider.ts'
import { provision } from '../../plugin/provisioning.ts'
import type { Bag } from '../../plugin/values.ts'

/** A bare host and the plugin's own way of converging it. */
export interface OnBareHost {
  inputs: HostInputs
  converge: () => Promise<unknown>
  /** Runs a script there as root: after a converge the host lets nobody else in. */
  script(text: string): Promise<string>
  /** What a plan takes on the host itself. */
  planMs(): Promise<number>
  close(): Promise<void>
}

/** Prepares to converge a bare host as `pulumi up` does, without the engine. */
export async function onBareHost(lab: TestLab, host: TestHost, key: string): Promise<OnBareHost> {
  useKeyFile(join(lab.stateFolder, 'key'))
  const inputs = await inputsFor(host, [{ name: 'dev', keys: [key] }])
  const bag = inputs as unknown as Bag
  const said: string[] = []
  const keep = async (line: string) => void said.push(line)
  const signal = new AbortController().signal
  const call: Call = { urn: '', name: 'web', signal, timeoutMs: 0, info: keep, warn: keep, status: keep }
  return {
    inputs,
    converge: () => hostResource.create(bag, call),
    async planMs() {
      let ms = Number.NaN
      const request = await requestFor(inputs, 'plan')
      await connected(inputs, 'web', (ssh) =>
        provision(ssh, request, (event) => {
          if (event.event === 'done') ms = event.ms
        }),
      )
      return ms
    },
    script: (text) => connected(inputs, 'web', (ssh) => onHostScript(ssh, text)),
    close: closeConnections,
  }
}
