import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { OperatorError } from '../provision/errors.ts'

/** What a page answered over HTTPS with a chain to the given roots. */
export interface Answer {
  status: number
  body: string
  ms: number
}

/** Asks a page as a browser would, with the lab's roots and its loopback relay. */
export async function probe(
  url: string,
  ca: string,
  address = '127.0.0.1',
  timeoutMs = 5000,
): Promise<Answer> {
  const { hostname, port, pathname } = new URL(url)
  const roots = await readFile(ca, 'utf8')
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: address,
        port: port || 443,
        path: pathname,
        servername: hostname,
        headers: { host: port ? `${hostname}:${port}` : hostname },
        ca: roots,
        agent: false,
        timeout: timeoutMs,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            ms: performance.now() - start,
          }),
        )
      },
    )
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    asked.on('error', reject)
    asked.end()
  })
}

/** Asks until the page answers 200; the reason of the last refusal otherwise. */
export async function waitFor(
  url: string,
  ca: string,
  patienceMs: number,
  address?: string,
): Promise<Answer> {
  const until = Date.now() + patienceMs
  for (;;) {
    const answer = await probe(url, ca, address).catch((error: Error) => error)
    if (!(answer instanceof Error) && answer.status === 200) return answer
    if (Date.now() > until) {
      const seen = answer instanceof Error ? answer.message : `it answers ${answer.status}`
      throw new OperatorError(`${url} does not answer with 200`, {
        why: `asked for ${patienceMs / 1000} s; last seen: ${seen}`,
        fix: 'see what the web server says: npm run lab -- ssh web journalctl -u caddy -n 20',
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
