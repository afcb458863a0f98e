import type { Machines } from '../../machines.ts'
import type { Log } from '../wire/request-log.ts'
import type { State, UptimeCheck } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { Alarms } from './alarms.ts'
import { askTarget } from './ask-target.ts'
import { CheckStates } from './check-states.ts'
import { Measures } from './measures.ts'
import type { Outside } from './outside.ts'
import { covers, seenAlert, seenPolicy, type Seen } from './seen.ts'

interface WatchOptions {
  store: Store
  machines: Machines
  outside: Outside
  log: Log
  /** By which alerts' windows go. */
  now: () => Date
}

/** Often enough for the shortest window; a real one looks once a minute. */
const everyMs = 5000

/** Looks at all that has an alert or a check, as long as there is any, and writes once when one begins and once when it is over. */
export class Watch {
  readonly #options: WatchOptions
  readonly #alarms = new Alarms()
  readonly #measures: Measures
  readonly #states = new CheckStates()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: WatchOptions) {
    this.#options = options
    this.#measures = new Measures(options.machines)
  }

  /** Begins to look, if there is something and it doesn't already. */
  wake(): void {
    if (this.#closed || this.#timer || !this.#isWanted()) return
    this.#timer = setTimeout(() => {
      void this.look().finally(() => {
        this.#timer = undefined
        this.wake()
      })
    }, everyMs)
  }

  /** Looks once, now; resolves when what was to be said is said. */
  look(): Promise<void> {
    const { log, now } = this.#options
    this.#looking = this.#looking
      .then(() => this.#lookOnce())
      .catch((error: Error) =>
        log({ at: now().toISOString(), error: 'could not look at what is monitored', why: error.message }),
      )
    return this.#looking
  }

  stateOf(check: UptimeCheck) {
    return this.#states.wire(check, this.#options.now())
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  #isWanted(): boolean {
    const { alertPolicies, uptimeChecks, firing } = this.#options.store.state
    return (
      [alertPolicies, uptimeChecks].some((all) => all.some(({ enabled }) => enabled)) || firing.length > 0
    )
  }

  async #lookOnce(): Promise<void> {
    const { state } = this.#options.store
    const seen = [...(await this.#seePolicies(state)), ...(await this.#seeChecks(state))]
    const keys = new Set(seen.map(({ key }) => key))
    this.#alarms.keep(keys)
    for (const each of seen) await this.#tell(each)
    if (state.firing.some((key) => !keys.has(key)))
      await this.#options.store.change((draft) => {
        draft.firing = draft.firing.filter((key) => keys.has(key))
      })
  }

  async #seePolicies(state: Readonly<State>): Promise<Seen[]> {
    const policies = state.alertPolicies.filter(({ enabled }) => enabled)
    const watched = state.droplets.filter((droplet) => policies.some((policy) => covers(policy, droplet)))
    this.#measures.keep(new Set(watched.map(({ id }) => id)))
    const seen = watched.map(async (droplet) => {
      const measure = await this.#measures.take(droplet)
      const about = policies.filter((policy) => covers(policy, droplet))
      return Promise.all(about.map(async (policy) => seenPolicy(policy, droplet, await measure(policy.type))))
    })
    return (await Promise.all(seen)).flat()
  }

  async #seeChecks(state: Readonly<State>): Promise<Seen[]> {
    const { outside, now } = this.#options
    this.#states.keep(new Set(state.uptimeChecks.map(({ id }) => id)))
    const seen = state.uptimeChecks
      .filter(({ enabled }) => enabled)
      .map(async (check) => {
        const answer = await askTarget(check, outside)
        this.#states.note(check, answer, now())
        return check.alerts.map((alert) => seenAlert(check, alert, answer, now()))
      })
    return (await Promise.all(seen)).flat()
  }

  /** A mail that can't be sent is tried again with the next look. */
  async #tell({ key, holds, mustLastMs, notice }: Seen): Promise<void> {
    const { store, outside, log, now } = this.#options
    const told = store.state.firing.includes(key)
    const turn = this.#alarms.judge(key, { holds, mustLastMs, nowMs: now().getTime(), told })
    if (!turn) return
    const mail = notice(turn)
    try {
      if (mail.to.length > 0) await outside.sendMail(mail)
      await store.change((draft) => {
        draft.firing = draft.firing.filter((other) => other !== key)
        if (turn === 'triggered') draft.firing.push(key)
      })
      log({ at: now().toISOString(), alert: mail.subject, to: mail.to })
    } catch (error) {
      const why = (error as Error).message
      log({ at: now().toISOString(), error: `could not tell of an alert: ${mail.subject}`, why })
    }
  }
}
