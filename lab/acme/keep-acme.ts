import { setTimeout as sleep } from 'node:timers/promises'
import { startAcme, type Acme, type AcmeOptions } from './start-acme.ts'

const retryMs = 1000

/** A certificate authority that is started again when it ends by itself; its address and certificate stay. */
export async function keepAcme(
  options: AcmeOptions,
  log: (line: string) => void = console.error,
): Promise<Acme> {
  let closing = false
  let current = await start()
  return {
    ...current,
    async close() {
      closing = true
      await current.close()
    },
  }

  function start(): Promise<Acme> {
    return startAcme({
      ...options,
      onExit: (lastWords) => {
        log(`the lab's CA ended by itself and is started again: ${lastWords}`)
        void again()
      },
    })
  }

  async function again(): Promise<void> {
    if (closing) return
    try {
      current = await start()
      if (closing) await current.close()
    } catch (error) {
      log(`the lab's CA does not start: ${error instanceof Error ? error.message : String(error)}`)
      await sleep(retryMs)
      await again()
    }
  }
}
