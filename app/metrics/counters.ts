/** What is counted since the process began. */
export const counted = {
  'sign-ups': 'Accounts that were made by their owners',
  'sign-ins': 'Sign-ins with every factor',
  'sign-in-failures': 'Wrong passwords and codes',
  'mails-sent': 'Mails that a server took',
  'mails-failed': 'Tries at which no server took the mail',
} as const

export type Counted = keyof typeof counted

/** Counts what happens; numbers only, and none of a person. */
export class Counters {
  readonly #events = new Map<Counted, number>()
  readonly #requests = new Map<string, Map<string, number>>()

  count(event: Counted): void {
    this.#events.set(event, this.of(event) + 1)
  }

  of(event: Counted): number {
    return this.#events.get(event) ?? 0
  }

  /** One answer of a site, by the class of its status: `2xx`. */
  countRequest(site: string, status: number): void {
    const classes = this.#requests.get(site) ?? new Map<string, number>()
    const name = `${Math.floor(status / 100)}xx`
    this.#requests.set(site, classes.set(name, (classes.get(name) ?? 0) + 1))
  }

  get requests(): { site: string; status: string; count: number }[] {
    return [...this.#requests].flatMap(([site, classes]) =>
      [...classes].map(([status, count]) => ({ site, status, count })),
    )
  }
}
