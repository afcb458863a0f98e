import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

const readyWithinMs = 10_000
const pollMs = 50

/** The body of a URL's first 200, waited for while `gaveUp` has no reason to stop. */
export async function firstAnswer(
  url: string,
  trusted: string,
  gaveUp: () => string | undefined,
): Promise<string> {
  const deadline = Date.now() + readyWithinMs
  let last = 'nothing'
  while (Date.now() < deadline) {
    const reason = gaveUp()
    if (reason) throw new Error(reason)
    try {
      return await get(url, trusted)
    } catch (error) {
      last = (error as Error).message
    }
    await sleep(pollMs)
  }
  throw new Error(`${url} did not answer within ${readyWithinMs / 1000} s; last seen: ${last}`)
}

function get(url: string, trusted: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request(url, {
    ca: trusted,
    agent: false,
    timeout: 2_000,
    headers: { 'user-agent': 'shoestring-lab' },
  })
  asked.on('timeout', () => asked.destroy(new Error('no answer in time')))
  asked.on('error', reject)
  asked.on('response', (response) => {
    if (response.statusCode === 200) text(response).then(resolve, reject)
    else reject(new Error(`status ${response.statusCode}`))
  })
  asked.end()
  return promise
}
