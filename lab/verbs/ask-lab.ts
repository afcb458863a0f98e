import { OperatorError } from '../../provision/errors.ts'
import type { LabStatus } from '../status.ts'

/** Asks the running lab something under `/_lab`; a refusal is told in its own words. */
export async function askLab(
  { api }: LabStatus,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Response> {
  const wish = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}
  const answer = await fetch(`${api}/_lab${path}`, { method, ...wish }).catch((cause: Error) => {
    throw new OperatorError('the lab does not answer', {
      why: `${api}: ${(cause.cause as Error | undefined)?.message ?? cause.message}`,
      fix: 'npm run lab -- down, then npm start',
      cause,
    })
  })
  if (answer.ok) return answer
  const { message } = (await answer.json()) as { message: string }
  throw new OperatorError('the lab refused that', {
    why: message,
    fix: `npm run lab -- ${path.split('/')[1]} help`,
  })
}
