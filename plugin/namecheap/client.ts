import type { Call } from '../provider.ts'
import type { Bag } from '../values.ts'
import { readAnswer, type Answer } from './answer.ts'
import { readCredentials, type Credentials } from './credentials.ts'
import { Unanswered } from './explained.ts'
import { Pace, realClock, type Clock } from './pace.ts'
import { refusal } from './refusal.ts'

const timeoutMs = 30_000
/** 62 s in all: Namecheap counts requests by the minute. */
const waitsMs = [2000, 4000, 8000, 16_000, 32_000]

/** Refusals that say "later": too many requests, and Namecheap's own trouble (its list of error codes). */
const passing = ['500000', '3050900', '5019169', '5050169', '5050900']

/** One for the process: the limit is the account's, however many resources ask. */
const sharedPace = new Pace()

/** A command, what it is for in an operator's words, and its parameters. */
export interface Command {
  readonly name: string
  /** `example.com: Namecheap does not tell its nameservers`: what to say when it can't be done. */
  readonly failure: string
  readonly parameters?: Record<string, string>
}

/** How a client waits; a `Call` of the engine will do. */
export type Waiting = Pick<Call, 'signal' | 'status'>

/** Asks Namecheap. All commands that we use may be repeated, so an answer that was lost is asked for again. */
export class Namecheap {
  readonly #waiting: Waiting
  readonly #environment: NodeJS.ProcessEnv
  readonly #clock: Clock
  readonly #pace: Pace

  constructor(
    waiting: Waiting,
    { environment = process.env, clock = realClock, pace = sharedPace }: Partial<Surroundings> = {},
  ) {
    this.#waiting = waiting
    this.#environment = environment
    this.#clock = clock
    this.#pace = pace
  }

  /** The command's own element of the answer. */
  async ask(command: Command): Promise<Bag> {
    const credentials = readCredentials(this.#environment)
    const { signal } = this.#waiting
    for (let tries = 1; ; tries++) {
      await this.#pace.turn(signal, (waitMs) => this.#tell('it is asked 20 times a minute at most', waitMs))
      const heard = await hear(command, credentials, signal)
      if (heard.answer?.ok) return heard.answer.result
      if (heard.answer && !isPassing(heard.answer)) throw refusal(command.failure, heard.answer, credentials)
      const waitMs = waitsMs[tries - 1]
      if (waitMs === undefined || heard.final) {
        throw new Unanswered(command.failure, {
          why: heard.why + (tries > 1 ? `; asked ${tries} times` : ''),
          next: 'wait a few minutes and run this again: what was done already is not done twice',
        })
      }
      await this.#tell(heard.why, waitMs)
      await this.#clock.sleep(waitMs, signal)
    }
  }

  #tell(why: string, waitMs: number): Promise<void> {
    const until = new Date(this.#clock.now() + waitMs).toTimeString().slice(0, 8)
    return this.#waiting.status(`Namecheap: ${why}; asking again at ${until}`)
  }
}

interface Surroundings {
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly pace: Pace
}

interface Heard {
  readonly answer?: Answer
  readonly why: string
  /** Asking again would not help. */
  readonly final?: boolean
}

async function hear(command: Command, credentials: Credentials, signal: AbortSignal): Promise<Heard> {
  const { apiUser, apiKey, userName, clientIp, url } = credentials
  const who = { ApiUser: apiUser, ApiKey: apiKey, UserName: userName, ClientIp: clientIp }
  const scrubbed = (text: string): string => text.replaceAll(apiKey, '***')
  try {
    const response = await fetch(url, {
      // A form rather than a query: URLs end up in logs.
      method: 'POST',
      body: new URLSearchParams({ ...who, Command: `namecheap.${command.name}`, ...command.parameters }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      // The key goes where the operator said, and nowhere that an answer says.
      redirect: 'manual',
    })
    const text = scrubbed(await response.text())
    const answer = readAnswer(text)
    const why = answer
      ? answer.errors.map((error) => `${error.text} (${error.number})`).join('; ')
      : `it answered HTTP ${response.status}${meaning(response.status)}`
    // 405 is how it refuses more requests; what else a server in front of it refuses, it would refuse again.
    const final = !answer && response.status >= 300 && response.status < 500 && !isLater(response.status)
    return answer ? { answer, why } : { why, final }
  } catch (error) {
    signal.throwIfAborted()
    return { why: scrubbed(networkReason(error)) }
  }
}

const isPassing = ({ errors }: Answer): boolean => errors.some(({ number }) => passing.includes(number))

const isLater = (status: number): boolean => [405, 408, 429].includes(status)

const meaning = (status: number): string => (status === 405 || status === 429 ? ', too many requests' : '')

/** fetch hides what happened one level down. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
